CREATE TABLE sales.orders (id bigint PRIMARY KEY, email text, updated_at timestamp NOT NULL);
CREATE TABLE sales.items (id bigint PRIMARY KEY, order_id bigint NOT NULL, updated_at timestamp NOT NULL);
CREATE TABLE sales.tmp_import (line text, updated_at timestamp);
CREATE TABLE crm.people (id bigint PRIMARY KEY, full_name text NOT NULL, updated_at timestamp NOT NULL);
