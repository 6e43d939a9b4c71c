/*
description: The list of holidays reaches to the as-of date; after its end every weekday is a business day.
grain: one row
severity: warn
version: 1
needs: [lead]
*/
select
    1 as checked_count,
    case when holidays_until < as_of then 1 else 0 end as failed_count,
    case
        when holidays_until < as_of
            then concat_ws(' ', 'the last holiday is', cast(holidays_until as varchar) || ';', 'add those up to', cast(as_of as varchar))
    end as example
from config_run
