create or replace TABLE SHOP.PUBLIC."customers" (
	"id" BIGINT NOT NULL autoincrement start 1 increment 1 noorder,
	"email" VARCHAR(255) NOT NULL COMMENT 'Where we write to',
	"full_name" VARCHAR(16777216),
	"birth_date" DATE,
	"credit_limit" NUMBER(12,2),
	"score" FLOAT,
	"active" BOOLEAN NOT NULL,
	"preferences" VARIANT,
	"created_at" TIMESTAMP_NTZ(9) NOT NULL,
	"updated_at" TIMESTAMP_NTZ(9),
	"seen_at" TIMESTAMP_TZ(9),
	primary key ("id")
);
create or replace TABLE SHOP.PUBLIC."orders" (
	"id" INTEGER NOT NULL primary key,
	"customer_id" BIGINT NOT NULL,
	"total" NUMBER(10,2),
	"placed_on" DATE NOT NULL,
	"status" STRING,
	"updated_at" TIMESTAMP_NTZ(9) NOT NULL
);
