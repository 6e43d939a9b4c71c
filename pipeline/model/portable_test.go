package model

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadTreeNamesRelationsWithoutCTEs(t *testing.T) {
	t.Parallel()
	tree, err := ReadTree([]byte(`{"error": false, "statements": [{"node": {"type": "SELECT_NODE",
		"cte_map": {"map": [{"key": "X", "value": {"query": {"node": {"type": "SELECT_NODE", "from_table": {"type": "BASE_TABLE", "table_name": "int_b"}}}}}]},
		"from_table": {"type": "JOIN", "left": {"type": "BASE_TABLE", "table_name": "x"}, "right": {"type": "BASE_TABLE", "table_name": "FCT_A"}}}}]}`))
	require.NoError(t, err)
	require.Equal(t, Tree{Position: -1, Relations: []string{"fct_a", "int_b"}, CTEs: []string{"x"}}, tree)
}

func TestReadTreeSaysWhyATextIsRefused(t *testing.T) {
	t.Parallel()
	tree, err := ReadTree([]byte(`{"error": true, "error_message": "syntax error at \"x\"\nLINE 1", "position": "17"}`))
	require.NoError(t, err)
	require.Equal(t, Tree{Position: 17, Unportable: []string{`it cannot be parsed: syntax error at "x"`}}, tree)
	tree, err = ReadTree([]byte(`{"error": false, "statements": []}`))
	require.NoError(t, err)
	require.Equal(t, []string{"it is not one statement"}, tree.Unportable)
	_, err = ReadTree([]byte(`no tree`))
	require.Error(t, err)
}

func TestTextProblems(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`select "a" from t`:              `the quoted name "a"`,
		`select a::date from t`:          "the operator ::",
		`select a from t where b == 1`:   "the operator ==",
		`select a from t where b = '\d'`: "a backslash",
		`select a from t;`:               "a semicolon",
	} {
		found := TextProblems(text)
		require.Len(t, found, 1, text)
		require.Contains(t, found[0], want)
	}
	require.Empty(t, TextProblems("select 'a; \"b\" :: ==' as c -- \"x\"; y\nfrom t where a <= 1 and b >= 2"))
}

func TestLineIsThatOfTheFile(t *testing.T) {
	t.Parallel()
	m, err := Parse("rpt_deals", head+"\nselect deal_id, value\nfrom int_deals\n")
	require.NoError(t, err)
	require.Equal(t, 12, m.Line(0))
	require.Equal(t, 13, m.Line(len("select deal_id, value\nfrom")))
	require.Equal(t, 12, m.Line(-1))
}
