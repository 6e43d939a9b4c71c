package rule_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
	"truce/pipeline/rule"
)

// refusal is a text that is no rule, with the character and the message of its error.
type refusal struct {
	text     string
	position int
	message  string
}

func requireRefusals(t *testing.T, refusals []refusal) {
	t.Helper()
	parser := rule.NewParser(openDB(t))
	for _, c := range refusals {
		_, err := parser.Parse(t.Context(), c.text, deals())
		var refused *rule.Error
		require.ErrorAs(t, err, &refused, c.text)
		require.Equal(t, c.message, refused.Message, c.text)
		require.Equal(t, c.position, refused.Position, c.text)
		require.Equal(t, c.text, refused.Text)
		require.NotContains(t, refused.Error(), "\n", c.text)
	}
}

func TestWhatIsNoConditionOverKnownColumnsIsRefused(t *testing.T) {
	t.Parallel()
	requireRefusals(t, []refusal{
		{"", 0, "the rule is blank"},
		{"region = 'EMEA'", 1, "region is ambiguous"},
		{"account.region", 1, "the rule gives text, not true or false"},
		{"regoin = 'EMEA'", 1, "unknown column regoin"},
		{"account.regon = 'x'", 1, "unknown column account.regon"},
		{"foo.region = 'x'", 1, "unknown column foo.region"},
		{"a.b.c = 1", 1, "a.b.c is no column"},
		{"zzzzzz = 1", 1, "unknown column zzzzzz"},
		{"type = EMEA", 8, "unknown column EMEA"},
		{`type = "EMEA"`, 8, "unknown column EMEA"},
		{"type in (select 'a')", 6, "a subquery is not allowed"},
		{"exists (select 1)", 1, "a subquery is not allowed"},
		{"(select true)", 1, "a subquery is not allowed"},
		{"type = any(select 'x')", 6, "a subquery is not allowed"},
		{"type = 'a' from t", 0, "a rule is one condition, without select, from, order by and the like"},
		{"type = 'a' where true", 0, "a rule is one condition, without select, from, order by and the like"},
		{"type = 'a' order by 1", 0, "a rule is one condition, without select, from, order by and the like"},
		{"type = 'a' limit 1", 0, "a rule is one condition, without select, from, order by and the like"},
		{"type = 'a' group by all", 0, "a rule is one condition, without select, from, order by and the like"},
		{"distinct is_won", 0, "a rule is one condition, without select, from, order by and the like"},
		{"is_won union select true", 0, "a rule is one condition, without select, from, order by and the like"},
		{"is_won as x", 1, "unexpected name x"},
		{"is_won, is_won", 0, "a rule is one condition, without select, from, order by and the like"},
		{"is_won is_won", 1, "unexpected name is_won"},
		{"is_won; drop table x", 7, "a rule is one condition"},
		{"is_won -- or true", 8, "comments are not allowed"},
		{"is_won /* or true", 8, "comments are not allowed"},
		{"employees > 5 --3", 15, "comments are not allowed"},
		{"type = ?", 8, "parameters are not allowed"},
		{"type = $1", 8, "parameters are not allowed"},
		{"type = $$x$$", 8, "parameters are not allowed"},
		{"type = 'a\\b'", 10, "backslashes are not allowed"},
		{"type = e'a'", 9, "letters stand right before a quote"},
		{"type = 'open", 8, "a quote is not closed"},
		{"employees < 1e400", 13, "the number is too large"},
		{"not -1_0E4_00", 5, "the number is too large"},
		{"(is_won", 8, "the rule is no valid SQL: syntax error at end of input"},
		{"is_won)", 7, `the rule is no valid SQL: syntax error at or near ")"`},
	})
}

func TestWhatIsNotOnTheListIsRefused(t *testing.T) {
	t.Parallel()
	requireRefusals(t, []refusal{
		{"count(*) > 1", 1, "the aggregate count is not allowed"},
		{"sum(amount) > 1", 1, "the aggregate sum is not allowed"},
		{"sum(amount) over () > 1", 1, "a window function is not allowed"},
		{"row_number() over () = 1", 1, "a window function is not allowed"},
		{"count(distinct type) > 1", 1, "this form of the function count is not allowed"},
		{"*", 1, "a star is not allowed"},
		{"account.* = 1", 1, "a star is not allowed"},
		{"columns(*)", 1, "a star is not allowed"},
		{"#1", 1, "a column number is not allowed"},
		{"list_filter([1], x -> x > 1)", 1, "the function list_filter is not allowed"},
		{"(type, stage) = ('a', 'b')", 1, "lists and rows are not allowed"},
		{"type = ['a']", 9, "lists and rows are not allowed"},
		{"type in stage", 6, "the function contains is not allowed"},
		{"type collate nocase = 'a'", 1, "a collation is not allowed"},
		{"type ~ 'x'", 6, "this kind of pattern is not allowed"},
		{"type glob 'x'", 6, "this kind of pattern is not allowed"},
		{"type similar to 'x'", 6, "this kind of pattern is not allowed"},
		{"type like 'a' escape '!'", 6, "this kind of pattern is not allowed"},
		{"type like stage", 11, "the pattern of like must be text in quotes"},
		{"amount / 2 > 1", 8, "the operator / is not allowed"},
		{"employees % 2 = 0", 11, "the operator % is not allowed"},
		{"close_date + 1 > '2026-01-01'", 1, "+ takes numbers, not opportunity.close_date (a date)"},
		{"close_date < current_date", 14, "current_date is not allowed"},
		{"created_at < now()", 14, "the function now is not allowed"},
		{"random() < 0.5", 1, "the function random is not allowed"},
		{"read_text('/etc/passwd') = 'x'", 1, "the function read_text is not allowed"},
		{"getenv('HOME') = 'x'", 1, "the function getenv is not allowed"},
		{"lowr(type) = 'x'", 1, "the function lowr is not allowed"},
		{"x.lower(type) = 'x'", 1, "this form of the function lower is not allowed"},
		{"pragma_version() = 'x'", 1, "the function pragma_version is not allowed"},
	})
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	requireRefusals(t, []refusal{
		{"employees >= 'abc'", 14, "opportunity.employees (a number) does not fit 'abc' (text)"},
		{"employees >= '1000'", 14, "opportunity.employees (a number) does not fit '1000' (text)"},
		{"type > 5", 8, "opportunity.type (text) does not fit 5 (a number)"},
		{"type = employees", 8, "opportunity.type (text) does not fit opportunity.employees (a number)"},
		{"is_won = 1", 10, "opportunity.is_won (true or false) does not fit 1 (a number)"},
		{"is_won = 'true'", 10, "opportunity.is_won (true or false) does not fit 'true' (text)"},
		{"close_date > '2026-13-01'", 14, "'2026-13-01' is no date"},
		{"close_date > 'yesterday'", 14, "'yesterday' is no date"},
		{"close_date > 5", 14, "opportunity.close_date (a date) does not fit 5 (a number)"},
		{"employees", 1, "the rule gives a number, not true or false"},
		{"lower(type)", 1, "the rule gives text, not true or false"},
		{"type = null", 8, "a comparison with null never holds"},
		{"type in ('a', null)", 15, "a comparison with null never holds"},
		{"type in (stage, 'a')", 10, "a list holds values only, not opportunity.stage"},
		{"is_won and employees", 12, "opportunity.employees (a number) is no condition"},
		{"not type", 5, "opportunity.type (text) is no condition"},
		{"case when type then true end", 11, "opportunity.type (text) is no condition"},
		{"coalesce(type, 5) = 'x'", 16, "opportunity.type (text) does not fit 5 (a number)"},
		{"upper(employees) = 'X'", 7, "upper takes text, not opportunity.employees (a number)"},
		{"year(type) = 1", 6, "year takes a time, not opportunity.type (text)"},
		{"cast(type as blob) = 'x'", 1, "a cast to this type is not allowed"},
		{"cast(type as bigint) = 1", 1, "a cast from text to a whole number is not allowed"},
		{"cast(amount as bigint) = 1", 1, "a cast from a number to a whole number is not allowed"},
		{"cast(type as decimal) = 1", 1, "a cast to this type is not allowed"},
		{"substr(type, 0) = 'x'", 14, "substr takes whole numbers from 1, not 0"},
		{"substr(type, -1, 2) = 'x'", 14, "substr takes whole numbers from 1, not -1"},
		{"regexp_like(type, '[')", 19, "the pattern is wrong: error parsing regexp: missing closing ]: `[`"},
		{"regexp_like(type, stage)", 19, "the pattern of regexp_like must be text in quotes"},
		{"regexp_like(type, '[[:alpha:]]')", 19, "the pattern holds [[, which engines read differently"},
		{"starts_with(type, stage)", 19, "starts_with takes text in quotes"},
		{"employees > 99999999999999999999", 13, "a value of type hugeint is not allowed"},
		{"employees > 0x10", 11, "unexpected name x10"},
		{"type = x'ab'", 9, "letters stand right before a quote"},
		{"interval 1 day is null", 10, "the function to_days is not allowed"},
		{"type at time zone 'utc' is null", 6, "the function timezone is not allowed"},
		{"lower(type, stage) = 'x'", 1, "lower takes 1 arguments, not 2"},
		{"lower(type := 'x') = 'x'", 15, "unexpected name type"},
		{"type[1] = 'x'", 1, "the operator array extract is not allowed"},
		{"{'a': 1} is null", 2, "lists and rows are not allowed"},
		{"employees = 1 and", 18, "the rule is no valid SQL: syntax error at end of input"},
		{"type = 'a' 'b'", 12, `the rule is no valid SQL: syntax error at or near "'b'"`},
		{"grouping(type) = 1", 1, "the operator grouping function is not allowed"},
		{"default", 0, "default is not allowed"},
		{"type = 'a\x00'", 10, "the rule holds a control character"},
		{"try_cast(type as boolean)", 1, "a cast from text to true or false is not allowed"},
		{"@employees > 1", 1, "the operator @ is not allowed"},
		{"5! > 1", 2, "the operator ! is not allowed"},
		{"concat(type, employees) = 'x'", 1, "concat takes text, not opportunity.employees (a number)"},
	})
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	t.Parallel()
	parser := rule.NewParser(openDB(t))
	for text, want := range map[string]string{
		"regoin = 'EMEA'":             `rule at character 1: unknown column regoin; did you mean "region"?`,
		"account.regon = 'x'":         `rule at character 1: unknown column account.regon; did you mean "account.region"?`,
		"region = 'EMEA'":             "rule at character 1: region is ambiguous; write account.region or owner.region",
		"lowr(type) = 'x'":            `rule at character 1: the function lowr is not allowed; did you mean "lower"?`,
		"employees > '5'":             "rule at character 13: opportunity.employees (a number) does not fit '5' (text); write the number without quotes",
		"is_won = 'true'":             "rule at character 10: opportunity.is_won (true or false) does not fit 'true' (text); compare with true or false",
		"type = 5":                    "rule at character 8: opportunity.type (text) does not fit 5 (a number); write '5' in quotes, or give the attribute the type integer or decimal",
		"type = null":                 "rule at character 8: a comparison with null never holds; write is null or is not null",
		"type = 'ä' and zzzzzz = 'x'": "rule at character 16: unknown column zzzzzz; text goes into single quotes; columns are",
	} {
		_, err := parser.Parse(t.Context(), text, deals())
		require.ErrorContains(t, err, want, text)
	}
}

func TestUnknownColumnsCanBeToldApart(t *testing.T) {
	t.Parallel()
	parser := rule.NewParser(openDB(t))
	leads := rule.Scope{OwnAlias: "lead", Own: rule.Columns(entity.Field{Name: "source"})}
	for _, text := range []string{"employees < 100", "account.region = 'EMEA'", "opportunity.type = 'x'", "lead.type = 'x'"} {
		_, err := parser.Parse(t.Context(), text, leads)
		require.ErrorIs(t, err, rule.ErrUnknownColumn, text)
	}
	_, err := parser.Parse(t.Context(), "source = 5", leads)
	require.Error(t, err)
	require.NotErrorIs(t, err, rule.ErrUnknownColumn)
	r, err := parser.Parse(t.Context(), "source = 'Web'", leads)
	require.NoError(t, err)
	require.Equal(t, rule.Rule{SQL: "lead.source = 'Web'", Columns: []string{"lead.source"}}, r)
}

func TestDeepRulesAreRefused(t *testing.T) {
	t.Parallel()
	parser := rule.NewParser(openDB(t))
	for name, text := range map[string]string{
		"parentheses": strings.Repeat("(", 4000) + "is_won" + strings.Repeat(")", 4000),
		"functions":   strings.Repeat("lower(", 1000) + "type" + strings.Repeat(")", 1000) + " = 'x'",
		"not":         strings.Repeat("not (is_won or ", 400) + "is_won" + strings.Repeat(")", 400),
		"minus":       strings.Repeat("- ", 4000) + "employees > 1",
		"sums":        strings.Repeat("employees + ", 600) + "1 > 1",
		"too long":    strings.Repeat("is_won or ", 1000) + "is_won",
	} {
		_, err := parser.Parse(t.Context(), text, deals())
		if err != nil { // parentheses alone leave no trace, so they are harmless
			var refused *rule.Error
			require.ErrorAs(t, err, &refused, name)
		}
	}
	_, err := parser.Parse(t.Context(), strings.Repeat("is_won or ", 500)+"is_won", deals())
	require.NoError(t, err)
}

func TestACancelledContextIsNoRefusal(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := rule.NewParser(openDB(t)).Parse(ctx, "is_won", deals())
	require.ErrorIs(t, err, context.Canceled)
	var refused *rule.Error
	require.NotErrorAs(t, err, &refused)
}
