-- SPDX-License-Identifier: MIT
-- What sqlite.sh runs. No random(): the numbers come from multiplications.
PRAGMA cache_size = -200000;
CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT, city INTEGER, note TEXT);
CREATE TABLE sale(id INTEGER PRIMARY KEY, person INTEGER, amount REAL, day INTEGER, what TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
INSERT INTO person SELECT i, printf('name%08x', i * 2654435761 % 4294967296), i * 7919 % 500,
    substr('the quick brown fox jumps over the lazy dog and runs away', i % 20, i * 31 % 40) FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250000)
INSERT INTO sale SELECT i, i * 7907 % 60000 + 1, i * 17 % 9973 / 7.0, i * 13 % 730, printf('item%d', i * 101 % 3001) FROM n;
CREATE INDEX sale_person ON sale(person, day);
CREATE INDEX person_name ON person(name);
CREATE INDEX sale_what ON sale(what);
SELECT count(*), sum(amount) FROM sale JOIN person ON person.id = sale.person WHERE city < 250;
SELECT city, count(*), group_concat(DISTINCT what) IS NULL, max(amount) FROM sale JOIN person ON person.id = person
    GROUP BY city ORDER BY 2 DESC, 1 LIMIT 5;
SELECT count(*) FROM (SELECT what, day, count(*) AS c, avg(amount) FROM sale GROUP BY what, day HAVING c > 1 ORDER BY 4);
UPDATE person SET note = note || name || city WHERE id % 3 = 0;
DELETE FROM sale WHERE day % 5 = 1;
SELECT count(DISTINCT name), sum(length(note)) FROM person;
SELECT json_group_array(what) IS NOT NULL, count(*) FROM sale WHERE what LIKE 'item1%';
