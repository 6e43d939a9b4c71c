package rule_test

import (
	"database/sql"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
	"truce/pipeline/rule"
)

func openDB(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), "create macro regexp_like(s, p) as regexp_matches(s, p)")
	require.NoError(t, err)
	return db
}

// deals is the scope of the tests: region is the account's and the owner's, industry the account's
// alone, and employees is an attribute of the deal.
func deals() rule.Scope {
	return rule.Scope{
		OwnAlias: "opportunity",
		Own: rule.Columns(
			entity.Field{Name: "type"}, entity.Field{Name: "stage"}, entity.Field{Name: "loss_reason"},
			entity.Field{Name: "lead_source"}, entity.Field{Name: "owner_id"},
			entity.Field{Name: "amount", Type: entity.Decimal}, entity.Field{Name: "share", Type: entity.Rate},
			entity.Field{Name: "employees", Type: entity.Integer}, entity.Field{Name: "is_won", Type: entity.Boolean},
			entity.Field{Name: "close_date", Type: entity.Date}, entity.Field{Name: "created_at", Type: entity.Timestamp},
		),
		Joined: map[string][]rule.Column{
			"account": rule.Columns(
				entity.Field{Name: "region"}, entity.Field{Name: "industry"},
				entity.Field{Name: "employees", Type: entity.Integer},
			),
			"owner": rule.Columns(entity.Field{Name: "region"}, entity.Field{Name: "team"}, entity.Field{Name: "owner_id"}),
		},
	}
}

// rows are three deals: an ordinary one, one of the other kind, and one that is null throughout.
const rows = `(
    select * from (values
        ('New Business', 'Closed Won', 'O''Brien', 'Web', 'u1', 100.50::decimal(18,2), 0.5::decimal(18,8),
         1000::bigint, true, date '2026-03-01', timestamp '2026-01-02 03:04:05', 'EMEA', 'Retail', 5000::bigint, 'AMER', 'North'),
        ('Renewal', 'Open', 'Price', 'Event', 'u2', -3.00, 0.25,
         10, false, date '2025-12-31', timestamp '2025-12-31 23:59:59', 'AMER', 'software', 7, 'EMEA', 'South'),
        (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null)
    ) t (type, stage, loss_reason, lead_source, owner_id, amount, share, employees, is_won, close_date, created_at,
         region, industry, account_employees, owner_region, team)
)`

// holdsFor evaluates a rule for each row as the models do: true holds, false and null do not.
func holdsFor(t *testing.T, db *sql.DB, r rule.Rule) string {
	t.Helper()
	result, err := db.QueryContext(t.Context(), `
		with base as (select *, row_number() over () as n from `+rows+`),
		opportunity as (select * from base),
		account as (select n, region, industry, account_employees as employees from base),
		owner as (select n, owner_region as region, team, owner_id from base)
		select case when `+r.SQL+` then 'y' else 'n' end
		from opportunity join account on account.n = opportunity.n join owner on owner.n = opportunity.n
		order by opportunity.n`)
	require.NoError(t, err, r.SQL)
	defer func() { require.NoError(t, result.Close()) }()
	holds := ""
	for result.Next() {
		var one string
		require.NoError(t, result.Scan(&one))
		holds += one
	}
	require.NoError(t, result.Err())
	return holds
}

// accepted is a rule with its canonical form and, for each row, whether it holds.
type accepted struct{ text, sql, holds string }

func requireRules(t *testing.T, rules []accepted) {
	t.Helper()
	db := openDB(t)
	parser := rule.NewParser(db)
	for _, c := range rules {
		r, err := parser.Parse(t.Context(), c.text, deals())
		require.NoError(t, err, c.text)
		require.Equal(t, c.sql, r.SQL, c.text)
		require.Equal(t, c.holds, holdsFor(t, db, r), c.text)
		again, err := parser.Parse(t.Context(), r.SQL, deals())
		require.NoError(t, err, "canonical form of %s", c.text)
		require.Equal(t, r, again, "canonical form of %s", c.text)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	requireRules(t, []accepted{
		{"type = 'New Business'", "opportunity.type = 'New Business'", "ynn"},
		{"account.region = 'EMEA' and employees >= 1000", "account.region = 'EMEA' and opportunity.employees >= 1000", "ynn"},
		{"account.employees >= 1000", "account.employees >= 1000", "ynn"},
		{"Account.Region='EMEA'", "account.region = 'EMEA'", "ynn"},
		{`"TYPE" = 'Renewal'`, "opportunity.type = 'Renewal'", "nyn"},
		{"industry = 'Retail' or team = 'South'", "account.industry = 'Retail' or owner.team = 'South'", "yyn"},
		{"(industry = 'Retail' or team = 'South') and is_won", "(account.industry = 'Retail' or owner.team = 'South') and opportunity.is_won", "ynn"},
		{"is_won", "opportunity.is_won", "ynn"},
		{"not is_won", "not opportunity.is_won", "nyn"},
		{"not (is_won or employees > 5)", "not (opportunity.is_won or opportunity.employees > 5)", "nnn"},
		{"not employees >= 1000", "opportunity.employees < 1000", "nyn"},
		{"is_won is true", "opportunity.is_won is not distinct from true", "ynn"},
		{"is_won is not true", "opportunity.is_won is distinct from true", "nyy"},
		{"is_won = false", "opportunity.is_won = false", "nyn"},
		{"loss_reason in ('Duplicate', 'O''Brien')", "opportunity.loss_reason in ('Duplicate', 'O''Brien')", "ynn"},
		{"employees not in (1, 10)", "opportunity.employees not in (1, 10)", "ynn"},
		{"close_date in ('2025-12-31')", "opportunity.close_date in (date '2025-12-31')", "nyn"},
		{"employees between 10 and 999", "opportunity.employees between 10 and 999", "nyn"},
		{"employees not between 10 and 999", "not (opportunity.employees between 10 and 999)", "ynn"},
		{"type is null", "opportunity.type is null", "nny"},
		{"type is not null", "opportunity.type is not null", "yyn"},
		{"owner.owner_id is distinct from owner_id", "owner.owner_id is distinct from opportunity.owner_id", "nnn"},
		{"type is not distinct from null", "opportunity.type is not distinct from null", "nny"},
		{"type like 'New%'", "opportunity.type like 'New%'", "ynn"},
		{"type not like 'New%'", "opportunity.type not like 'New%'", "nyn"},
		{"industry ilike 'SOFT%'", "lower(account.industry) like lower('SOFT%')", "nyn"},
		{"industry not ilike 'SOFT%'", "lower(account.industry) not like lower('SOFT%')", "ynn"},
		{
			"case when employees > 500 then 'big' when employees > 50 then 'mid' else 'small' end = 'small'",
			"case when opportunity.employees > 500 then 'big' when opportunity.employees > 50 then 'mid' else 'small' end = 'small'", "nyy",
		},
		{"case type when 'Renewal' then true end", "case when opportunity.type = 'Renewal' then true end", "nyn"},
		{"coalesce(type, 'none') = 'none'", "coalesce(opportunity.type, 'none') = 'none'", "nny"},
		{"nullif(type, 'Renewal') is null", "nullif(opportunity.type, 'Renewal') is null", "nyy"},
	})
}

func TestValues(t *testing.T) {
	t.Parallel()
	requireRules(t, []accepted{
		{"amount * 2 - 1 + share > 200.25", "opportunity.amount * 2 - 1 + opportunity.share > 200.25", "ynn"},
		{"amount - (share - 1) > 1e1", "opportunity.amount - (opportunity.share - 1) > 1e+01", "ynn"},
		{"-amount > 1.50", "-(opportunity.amount) > 1.50", "nyn"},
		{"abs(amount) < .05 or amount = -3", "abs(opportunity.amount) < 0.05 or opportunity.amount = -3", "nyn"},
		{"stage || '/' || type = 'Open/Renewal'", "opportunity.stage || '/' || opportunity.type = 'Open/Renewal'", "nyn"},
		{"concat(stage, '/', type) = '/'", "concat_ws('', opportunity.stage, '/', opportunity.type) = '/'", "nny"},
		{"lower(upper(trim('  web '))) = lower(lead_source)", "lower(upper(trim('  web '))) = lower(opportunity.lead_source)", "ynn"},
		{"substring(type from 1 for 3) = 'New'", "substr(opportunity.type, 1, 3) = 'New'", "ynn"},
		{"substr(type, 5) = 'Business'", "substr(opportunity.type, 5) = 'Business'", "ynn"},
		{"length(type) = 7", "length(opportunity.type) = 7", "nyn"},
		{"replace(type, ' ', '') = 'NewBusiness'", "replace(opportunity.type, ' ', '') = 'NewBusiness'", "ynn"},
		{"starts_with(type, 'New')", "substr(opportunity.type, 1, 3) = 'New'", "ynn"},
		{"not starts_with(type, 'New')", "substr(opportunity.type, 1, 3) <> 'New'", "nyn"},
		{"regexp_like(type, '^New')", "regexp_like(opportunity.type, '^New')", "ynn"},
		{"regexp_matches(type, '(?i)^new')", "regexp_like(opportunity.type, '(?i)^new')", "ynn"},
		{"year(close_date) = 2025 and month(created_at) = 12", "year(opportunity.close_date) = 2025 and month(opportunity.created_at) = 12", "nyn"},
		{"extract(year from created_at) = 2026", "year(opportunity.created_at) = 2026", "ynn"},
		{"greatest(employees, account.employees) > least(5, 6)", "greatest(opportunity.employees, account.employees) > least(5, 6)", "yyn"},
		{"close_date >= date '2026-01-01'", "opportunity.close_date >= date '2026-01-01'", "ynn"},
		{"close_date >= '2026-01-01'", "opportunity.close_date >= date '2026-01-01'", "ynn"},
		{"created_at > '2025-12-31 23:59:58'", "opportunity.created_at > timestamp '2025-12-31 23:59:58'", "yyn"},
		{"created_at < '2026-01-01'", "opportunity.created_at < date '2026-01-01'", "nyn"},
		{"cast(created_at as date) = date '2026-01-02'", "cast(opportunity.created_at as date) = date '2026-01-02'", "ynn"},
		{"employees::decimal(18,2) = amount", "cast(opportunity.employees as decimal(18,2)) = opportunity.amount", "nnn"},
		{"cast(employees as varchar) = '10'", "cast(opportunity.employees as string) = '10'", "nyn"},
		{"cast(type as decimal(18,2)) > 1", "try_cast(opportunity.type as decimal(18,2)) > 1", "nnn"},
		{"cast(type as varchar) = 'Renewal'", "opportunity.type = 'Renewal'", "nyn"},
		{"true", "true", "yyy"},
		{"null", "null", "nnn"},
		{"1 = 1", "1 = 1", "yyy"},
		{"owner.region = 'Zürich ''quoted'' -- ; $1 /* ? */'", "owner.region = 'Zürich ''quoted'' -- ; $1 /* ? */'", "nnn"},
	})
}

func TestColumnsAreListedOnceAndSorted(t *testing.T) {
	t.Parallel()
	r, err := rule.NewParser(openDB(t)).Parse(t.Context(), "type = 'a' or type = 'b' and industry is null or account.region = owner.region", deals())
	require.NoError(t, err)
	require.Equal(t, []string{"account.industry", "account.region", "opportunity.type", "owner.region"}, r.Columns)
}
