-- Inserts, an index, joins, groups, updates, in memory.
create table item(id integer primary key, name text, price integer, kind integer);
create table sale(item integer, day integer, pieces integer);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
	insert into item select i, 'item ' || (i * 7919 % 20011), i * 37 % 1000, i % 17 from n;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000)
	insert into sale select 1 + i * 7907 % 10000, i % 365, 1 + i * 31 % 9 from n;
create index sale_item on sale(item);
create index item_name on item(name);
select kind, count(*), sum(price * pieces), max(day) from item join sale on sale.item = item.id group by kind order by 3 desc limit 5;
update item set price = price + 10 where id in (select item from sale group by item having sum(pieces) > 15);
select day % 7, sum(pieces * price) from sale join item on item.id = sale.item where name like 'item 1%' group by 1 order by 1;
delete from sale where day between 100 and 200;
select count(*), sum(pieces), (select name from item order by price desc, name limit 1) from sale;
select name from item where name between 'item 5' and 'item 51' order by name limit 3;
