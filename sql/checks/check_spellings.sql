/*
description: No value of a text field is probably another one, written in another way.
grain: one row
severity: warn
version: 1
*/
select
    count(*) + (select count(*) from config_run) as checked_count,
    count(*) as failed_count,
    min(s.entity || '.' || s.field || ': ' || s.value || ' looks like ' || s.spelled_as) as example
from config_spellings as s
