CREATE TABLE `shop-project.shop.customers`
(
  id INT64 NOT NULL,
  email STRING NOT NULL OPTIONS(description="Where we write to"),
  full_name STRING,
  birth_date DATE,
  credit_limit NUMERIC,
  score FLOAT64,
  active BOOL NOT NULL,
  preferences STRUCT<language STRING, sizes ARRAY<INT64>>,
  created_at DATETIME NOT NULL,
  updated_at DATETIME,
  seen_at TIMESTAMP,
  PRIMARY KEY (id) NOT ENFORCED
)
PARTITION BY DATE(created_at)
OPTIONS(description="Who buys from us");

CREATE TABLE `shop-project.shop.orders`
(
  id INT64 NOT NULL,
  customer_id INT64 NOT NULL,
  total BIGNUMERIC,
  placed_on DATE NOT NULL,
  status STRING,
  updated_at DATETIME NOT NULL
);
