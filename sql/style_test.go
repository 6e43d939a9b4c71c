package sql_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/model"
	models "truce/sql"
)

// sqlTokens finds comments, literals, quoted names and all else, so that rules about the text leave
// comments and literals alone.
var sqlTokens = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"[^"]*"|\w+|\S`)

// TestModelsAreWrittenAlike keeps the text of the models to one style, and to what no parser shows:
// "x" is a name in DuckDB and a literal in Spark, :: and == are DuckDB's own.
func TestModelsAreWrittenAlike(t *testing.T) {
	t.Parallel()
	written, err := model.Read(models.Files)
	require.NoError(t, err)
	require.NotEmpty(t, written)
	for _, m := range written {
		require.Empty(t, styleProblems(m), "%s", m.Name)
	}
}

func TestStyleProblemsAreFound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"SELECT a FROM t", "select a\tfrom t", "select a \nfrom t", "select \"a\" from t", "select a::text from t",
		"select a from t where b == 1", "select a from t where b = 'x\\d'", "select a, from t", "select a\n    , b\nfrom t",
		"select * from int_t", "select t.*, u.b from int_t as t join u on u.a = t.a", "select a from t;", "select a as AB from t",
	} {
		require.NotEmpty(t, styleProblems(&model.Model{SQL: text, Kind: model.Report}), "%s", text)
	}
	fine := "with t as (\n    select a, 'Ä B' as b -- Why\n    from int_t\n)\n\nselect *\nfrom t\nwhere b <> 'x' and count(*) * 2 > 1"
	require.Empty(t, styleProblems(&model.Model{SQL: fine, Kind: model.Report}))
}

func styleProblems(m *model.Model) []string {
	var found []string
	for i, line := range strings.Split(m.SQL, "\n") {
		switch {
		case strings.Contains(line, "\t"):
			found = append(found, fmt.Sprintf("line %d: a tab", i+1))
		case strings.TrimRight(line, " ") != line:
			found = append(found, fmt.Sprintf("line %d: blanks at its end", i+1))
		case strings.HasPrefix(strings.TrimSpace(line), ","):
			found = append(found, fmt.Sprintf("line %d: the comma belongs to the line before", i+1))
		}
	}
	tokens := slices.DeleteFunc(sqlTokens.FindAllString(m.SQL, -1), func(token string) bool {
		return strings.HasPrefix(token, "--") || strings.HasPrefix(token, "/*")
	})
	for i, token := range tokens {
		if problem := tokenProblem(token, after(tokens, i)); problem != "" {
			found = append(found, problem)
		}
	}
	return append(found, starProblems(m, tokens)...)
}

func tokenProblem(token, next string) string {
	switch {
	case strings.HasPrefix(token, "'"):
		if strings.Contains(token, `\`) {
			return "a backslash in " + token
		}
	case strings.HasPrefix(token, `"`):
		return "a quoted name " + token
	case token != strings.ToLower(token):
		return "upper case: " + token
	case token == ";":
		return "a semicolon"
	case token == ":" && next == ":", token == "=" && next == "=":
		return "the operator " + token + next
	case token == "," && (next == "from" || next == ")"):
		return "a comma before " + next
	}
	return ""
}

// starProblems refuses a star over anything but a CTE of the model. Staging models pass all columns
// of the landing on, which only the configuration knows.
func starProblems(m *model.Model, tokens []string) []string {
	if m.Kind == model.Staging {
		return nil
	}
	var found []string
	for i, token := range tokens {
		before := before(tokens, i)
		if token != "*" || (before != "select" && before != "," && before != "." && before != "distinct") {
			continue
		}
		from := slices.Index(tokens[i:], "from")
		if from < 0 {
			continue
		}
		relation := after(tokens, i+from)
		for _, prefix := range []string{"landing_", "config_", "previous_", "stg_", "int_", "fct_", "rpt_"} {
			if strings.HasPrefix(relation, prefix) {
				found = append(found, "select * from "+relation+"; name the columns")
			}
		}
	}
	return found
}

func before(tokens []string, i int) string {
	if i == 0 {
		return ""
	}
	return tokens[i-1]
}

func after(tokens []string, i int) string {
	if i+1 >= len(tokens) {
		return ""
	}
	return tokens[i+1]
}
