package rule_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/rule"
)

// FuzzParse looks for texts that crash the parser, that give anything but a rule or an Error, or
// whose canonical form is not a rule that is its own canonical form.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"type = 'New Business'", "account.region in ('EMEA', 'AMER') and not (employees >= 1000 or is_won)",
		"case when employees > 5 then 'a' else type end like 'a%'", "amount * -1.50 + 1e3 - share between 1 and 2",
		"not starts_with(type, 'x') is distinct from true", "coalesce(type, 'x') || 'y' ilike 'Z'", "not (type is null)",
		"cast(created_at as date) >= '2026-01-01'", "not not is_won", "- -1 = +1", "concat(type, null) = concat_ws('', type)",
		"regexp_like(type, '^[a-z]') is not true", "substring(type from 2 for 3) not in ('a')", "extract(year from close_date) <> 2025",
		"greatest(close_date, '2026-01-01', null) is not distinct from created_at", "nullif(employees, 0) * (1 - 2) = abs(-5)", "employees < 1e400",
	} {
		f.Add(text)
	}
	parser := rule.NewParser(openDB(f))
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parser.Parse(t.Context(), text, deals())
		if err != nil {
			var refused *rule.Error
			if !errors.As(err, &refused) {
				t.Fatalf("%q: %v is no refusal", text, err)
			}
			return
		}
		again, err := parser.Parse(t.Context(), r.SQL, deals())
		require.NoError(t, err, "canonical form of %q", text)
		require.Equal(t, r, again, "canonical form of %q", text)
	})
}
