package load

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func personKeyOf(secret, address string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(address))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}

func TestPersonsAreKeyed(t *testing.T) {
	t.Parallel()
	x := lookup(t, "lead")
	x.PersonKey = []byte("secret")
	x.Headers = map[string][]string{"person_key": {"Email"}}
	x.Required, x.Nulls = []string{"person_key"}, []string{"[not provided]"}
	l := loadText(t, x, "lead_id,created_at,Email\n"+
		"a,2017-01-01,Ann@Example.com\nb,2017-01-01,\" ann@example.COM\u00a0\"\nc,2017-01-01,zoe\u0301@example.com\nd,2017-01-01,ZOÉ@example.com\n"+
		"e,2017-01-01,\nf,2017-01-01,canary\ng,2017-01-01,[not provided]\n"+
		"h,never,canary@example.com\ni,2017-01-01,canary@\x01example.com\n,2017-01-01,canary@example.com\nj,2017-01-01,canary@example.com,\n")
	ann, zoe := personKeyOf("secret", "ann@example.com"), personKeyOf("secret", "zoé@example.com")
	require.Equal(t, []string{"2|a|" + ann, "3|b|" + ann, "4|c|" + zoe, "5|d|" + zoe, "6|e|null", "7|f|null", "8|g|null"},
		l.rows(t, "lead_id, person_key"))
	require.Equal(t, []string{"9 created_at timestamp", "10 person_key control_character", "11 lead_id null_key", "12 field_count"}, l.quarantined(t))
	require.NotContains(t, l.Values, "person_key")
	notIn(t, l.dir, "example", "canary", "ann@", "Ann")
	require.NotContains(t, fmt.Sprintf("%+v", l.Result), "example")

	other := x
	other.PersonKey = []byte("another")
	require.Equal(t, []string{"2|" + personKeyOf("another", "ann@example.com")},
		loadText(t, other, "lead_id,created_at,Email\na,2017-01-01,ann@example.com\n").rows(t, "person_key"))
}

func TestPersonsAreNotReadWithoutASecret(t *testing.T) {
	t.Parallel()
	x := lookup(t, "lead")
	x.Constants = map[string]string{"person_key": "constant@example.com"}
	const csv = "lead_id,created_at,Person_Key,person_key\na,2017-01-01,ann@example.com,\nb,x,ann@example.com,\n"
	l := loadText(t, x, csv)
	require.Equal(t, []string{"2|null"}, l.rows(t, "person_key"))
	notIn(t, l.dir, "example")
	require.Equal(t, []string{"Person_Key", "person_key"}, l.Unmapped)
	for _, c := range l.Columns {
		require.False(t, c.Field == "person_key" && (c.Mapped || c.Header != "" || c.Constant != ""))
	}
	x.Required = []string{"person_key"}
	got, err := InspectRows(t.Context(), text(csv), x)
	require.NoError(t, err)
	require.Empty(t, got.Problems)
	require.Contains(t, got.Warnings[1], "person_key is not read")
	require.NotContains(t, fmt.Sprintf("%+v", got), "example")

	// With a secret it is a column like any other, and may be missing.
	x.PersonKey = []byte("secret")
	require.Contains(t, refusedText(t, x, "lead_id,created_at\na,2017-01-01\n").Reason, "required field person_key")
}

// notIn makes sure that no file of a folder holds any of the words.
func notIn(t testing.TB, dir string, words ...string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		text := string(raw) + fmt.Sprint(readParquet(t, path))
		for _, word := range words {
			require.NotContains(t, text, word, path)
		}
	}
}
