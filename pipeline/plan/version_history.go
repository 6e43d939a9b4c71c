package plan

import (
	"fmt"
	"strings"
)

// historyText is the model of what rules look at in an entity; history fills in the names.
const historyText = `/*
description: >-
    What the rules of segments look at in every {entity}, and when it was so. Before its first version a record
    was as that one says. A version holds from its modified_at, else from the effective time of its file.
grain: one row per {entity} and time in which none of it changed
unique_key: [{id}, _starts_on]
version: 1
columns:
    {id}: the CRM's id of the {entity}
    _starts_on: first local day that ends like this; 1900-01-01 for the first
    _ends_before: first local day that ends otherwise; 2200-01-01 for the last
*/
with versions as (
    select
        {lines},
        version.version_rank as _rank,
        -- midnight is the date in a file's name, which is a local date
        coalesce(
            case
                when {is_file}{known} = cast(cast({known} as date) as timestamp) then cast({known} as date)
                when {known} >= day.turns_at then day.next_local_day
                else day.local_day
            end,
            date '1900-01-01'
        ) as _changed_on
    from stg_{entity}_versions as version
    inner join landing_{entity} as line
        on line._source = version._source
        and line._load_id = version._load_id
        and line._file = version._file
        and line._line = version._line
    {joins}left join config_utc_days as day on day.utc_day = cast({known} as date)
),

replaced as (
    select
        *,
        min(_changed_on) over (
            partition by {id}
            order by _rank nulls last
            rows between unbounded preceding and 1 preceding
        ) as _replaced_on
    from versions
),

compared as (
    select
        {names},
        _changed_on,
        {previous}row_number() over by_time as _place
    from replaced
    where _replaced_on is null or _changed_on < _replaced_on
    window by_time as (partition by {id} order by _rank desc nulls last)
),

changed as (
    select * from compared where {differs}_place = 1
)

select
    {names},
    case when _place = 1 then date '1900-01-01' else _changed_on end as _starts_on,
    coalesce(
        lead(_changed_on) over (partition by {id} order by _place nulls last), date '2200-01-01'
    ) as _ends_before
from changed
union all
select
    {lines},
    date '1900-01-01',
    date '2200-01-01'
from landing_{entity} as line
{joins}anti join stg_{entity}_versions as version on version.{id} = line.{id}
`

// history gives the model of what the rules of segments look at in an entity, over time. A version that a
// newer one replaces by the end of the day never held. Versions between which no column differs are one.
func (k *classifier) history(name string, columns []string) namedText {
	id := name + "_id"
	var lines, previous, differs []string
	for _, column := range columns {
		lines = append(lines, k.lineColumn(name, column)+" as "+column)
		if column != id {
			previous = append(previous, fmt.Sprintf("lag(%[1]s) over by_time as _previous_%[1]s", column))
			differs = append(differs, fmt.Sprintf("%[1]s is distinct from _previous_%[1]s", column))
		}
	}
	known, isFile := "line._effective_at", ""
	if hasField(k.fields[name], "modified_at") {
		known, isFile = "coalesce(line.modified_at, line._effective_at)", "line.modified_at is null and "
	}
	return namedText{historyPrefix + plural(name), strings.NewReplacer(
		"{entity}", name, "{id}", id, "{known}", known, "{is_file}", isFile, "{joins}", k.lineJoins(name, columns),
		"{lines}", strings.Join(lines, ",\n        "), "{names}", strings.Join(columns, ",\n        "),
		"{previous}", listed(previous, ",\n        "), "{differs}", listed(differs, " or "),
	).Replace(historyText)}
}

// lineColumn gives what a line says in a column, with what other extracts add to it as they do now.
func (k *classifier) lineColumn(name, column string) string {
	switch name + "." + column {
	case "opportunity.account_id":
		return "coalesce(line.account_id, link.account_id)"
	case "opportunity.merged_into":
		return "coalesce(line.merged_into, gone.merged_into)"
	case "owner.manager":
		return "coalesce(line.manager, boss.name)"
	}
	return "line." + column
}

// lineJoins gives the joins that the columns of a line need.
func (k *classifier) lineJoins(name string, columns []string) string {
	var joins strings.Builder
	for _, column := range columns {
		switch name + "." + column {
		case "opportunity.account_id":
			joins.WriteString("left join stg_opportunity_accounts as link on link.opportunity_id = line.opportunity_id\n")
		case "opportunity.merged_into":
			joins.WriteString("left join stg_opportunity_merges as gone on gone.opportunity_id = line.opportunity_id\n")
		case "owner.manager":
			joins.WriteString("left join stg_owners as boss on boss.owner_id = line.manager_id\n")
		}
	}
	return joins.String()
}

// listed joins parts and ends with the separator where there are any.
func listed(parts []string, separator string) string {
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, separator) + separator
}
