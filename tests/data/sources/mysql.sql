-- As mysqldump writes it.
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `customers`;
CREATE TABLE `customers` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `email` varchar(255) NOT NULL COMMENT 'Where we write to',
  `full_name` text DEFAULT NULL,
  `birth_date` date DEFAULT NULL,
  `credit_limit` decimal(12,2) DEFAULT 0.00,
  `score` double DEFAULT NULL,
  `active` tinyint(1) NOT NULL DEFAULT 1,
  `preferences` json DEFAULT NULL,
  `created_at` datetime NOT NULL DEFAULT current_timestamp(),
  `updated_at` timestamp NULL DEFAULT NULL ON UPDATE current_timestamp(),
  `seen_at` varchar(40) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `email` (`email`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Who buys; from us';

CREATE TABLE `orders` (
  `id` int(11) NOT NULL,
  `customer_id` bigint(20) unsigned NOT NULL,
  `total` decimal(10,2) DEFAULT NULL,
  `placed_on` date NOT NULL,
  `status` enum('open','paid; closed') DEFAULT 'open',
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `customer_id` (`customer_id`),
  CONSTRAINT `orders_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
