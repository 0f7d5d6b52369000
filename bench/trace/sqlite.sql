-- SPDX-License-Identifier: MIT
-- sqlite.sql - what sqlite.trace is a recording of: a small sales database is filled, indexed, queried and changed, in memory.
create table item(id integer primary key, name text, price real, note blob);
create table sale(id integer primary key, item integer, amount integer, day integer);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000)
    insert into item select i, 'item number ' || i, i % 97 * 1.25, zeroblob(20 + i * 7919 % 180) from n;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000)
    insert into sale select i, 1 + i * 7919 % 4000, 1 + i % 5, i / 100 from n;
create index sale_item on sale(item);
create index item_name on item(name);
select day, sum(amount * price), count(distinct item) from sale join item on item.id = sale.item group by day order by 2 desc;
select substr(name, 1, 8), group_concat(hex(substr(note, 1, 4))) from item where price > 50 group by 1;
update item set name = upper(name) || ' revised' where id % 3 = 0;
delete from sale where amount = 2;
select i.name, s.total from item i join (select item, sum(amount) total from sale group by item) s on s.item = i.id
    order by s.total desc, i.name limit 500;
select count(*), max(length(json)) from (select json_group_array(json_object('id', id, 'name', name)) json from item group by id % 40);
