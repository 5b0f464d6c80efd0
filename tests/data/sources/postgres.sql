-- As pg_dump writes it.
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.updated_at := now(); RETURN NEW; END; $$;

CREATE TABLE public.customers (
    id bigint NOT NULL,
    email character varying(255) NOT NULL,
    full_name text,
    birth_date date,
    credit_limit numeric(12,2) DEFAULT 0,
    score double precision,
    active boolean DEFAULT true NOT NULL,
    preferences jsonb,
    created_at timestamp without time zone DEFAULT now() NOT NULL,
    updated_at timestamp without time zone,
    seen_at timestamp with time zone,
    CONSTRAINT score_check CHECK ((score >= (0)::double precision))
);

COMMENT ON COLUMN public.customers.email IS 'Where we write to';
CREATE SEQUENCE public.customers_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;

CREATE TABLE public.orders (
    id integer NOT NULL,
    customer_id bigint NOT NULL,
    total numeric(10,2),
    placed_on date NOT NULL,
    status character varying(20),
    updated_at timestamp without time zone NOT NULL
);

COPY public.customers (id, email) FROM stdin;
\.
ALTER TABLE ONLY public.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
CREATE INDEX orders_customer ON public.orders USING btree (customer_id);
