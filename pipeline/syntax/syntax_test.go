package syntax_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"truce/pipeline/syntax"
)

func TestTreeIsJSONWhateverTheTextHolds(t *testing.T) {
	t.Parallel()
	db := openDB(t)
	for text, value := range map[string]any{
		`select 1e400`:                          "Infinity",
		`select -1_0E4_00`:                      "-Infinity",
		`select 1e300`:                          1e300,
		`select 1e-400`:                         0.0,
		`select '"value":Infinity, \ "'`:        `"value":Infinity, \ "`,
		`select '\"value\":-Infinity'`:          `\"value\":-Infinity`,
		"select 'null \u2028 \U0001F600 \x01 '": "null \u2028 \U0001F600 \x01 ",
	} {
		document, err := syntax.Tree(t.Context(), db, text)
		require.NoError(t, err)
		var tree struct {
			Failed     bool `json:"error"`
			Statements []struct {
				Node struct {
					SelectList []struct {
						Value struct {
							Value any `json:"value"`
						} `json:"value"`
					} `json:"select_list"`
				} `json:"node"`
			} `json:"statements"`
		}
		require.NoError(t, json.Unmarshal(document, &tree), text)
		require.False(t, tree.Failed, text)
		require.Equal(t, value, tree.Statements[0].Node.SelectList[0].Value.Value, text)
	}
}

func TestTreeSaysWhatIsNoSelect(t *testing.T) {
	t.Parallel()
	db := openDB(t)
	for _, text := range []string{"select from from", "drop table x", "select 'open"} {
		document, err := syntax.Tree(t.Context(), db, text)
		require.NoError(t, err)
		require.True(t, json.Valid(document), text)
		require.Contains(t, string(document), `"error":true`, text)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := syntax.Tree(cancelled, db, "select 1")
	require.ErrorIs(t, err, context.Canceled)
}

func openDB(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}
