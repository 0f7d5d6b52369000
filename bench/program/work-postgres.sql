-- SPDX-License-Identifier: MIT
BEGIN;
CREATE TEMP TABLE person AS SELECT i AS id, 'name' || md5(i::text) AS name, i * 7919 % 500 AS city,
    repeat('a note ', i % 20) AS note FROM generate_series(1, COUNT) AS i;

CREATE TEMP TABLE sale AS SELECT i AS id, i * 7907 % COUNT + 1 AS person, (i * 17 % 9973 / 7.0)::numeric(9, 2) AS amount,
    'item' || i * 101 % 3001 AS what FROM generate_series(1, COUNT) AS i;

CREATE INDEX ON sale (person);

SELECT count(*), sum(amount) FROM sale JOIN person ON person.id = sale.person WHERE city < 250;

SELECT what, count(*) AS c, avg(amount), string_agg(name, ',' ORDER BY name) IS NULL AS n FROM sale
    JOIN person ON person.id = person GROUP BY what ORDER BY c DESC, what LIMIT 5;

SELECT md5(string_agg(j::text, '' ORDER BY id)) FROM (SELECT id, jsonb_build_object('id', id, 'name', name, 'tags',
    jsonb_build_array(city, note)) AS j FROM person) AS t WHERE j -> 'tags' ->> 0 > '2';

SELECT count(DISTINCT w), max(length(w)) FROM person, regexp_split_to_table(name || ' ' || note, '[ 0-9]+') AS w;

SELECT sum(r) FROM (SELECT rank() OVER (PARTITION BY city ORDER BY name) AS r FROM person) AS t;

ROLLBACK;
