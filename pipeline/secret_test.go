package pipeline

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

// keyed gives a configuration with this person_key, in a folder of its own.
func keyed(t *testing.T, where string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "truce.yaml")
	text := "sources: [{name: crm, preset: salesforce, path: x}]\n"
	if where != "" {
		text += "person_key: " + where + "\n"
	}
	c, err := config.Decode(path, []byte(text))
	require.NoError(t, err)
	return c
}

func TestTheSecretIsNeverInTheConfiguration(t *testing.T) {
	t.Setenv("TRUCE_TEST_SECRET", "s3cret")
	key, err := personKey(keyed(t, "env:TRUCE_TEST_SECRET"))
	require.NoError(t, err)
	require.Equal(t, "s3cret", string(key))

	key, err = personKey(keyed(t, ""))
	require.NoError(t, err)
	require.Nil(t, key)

	c := keyed(t, "file:keys/person")
	folder := filepath.Join(filepath.Dir(c.Path), "keys")
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "person"), []byte("from a file\n"), 0o600))
	key, err = personKey(c)
	require.NoError(t, err)
	require.Equal(t, "from a file", string(key))

	require.NoError(t, os.WriteFile(filepath.Join(folder, "person"), []byte(" \n"), 0o600))
	for where, want := range map[*config.Config]string{
		c:                             "the file of the secret is empty",
		keyed(t, "file:missing"):      "the file of the secret cannot be read",
		keyed(t, "env:TRUCE_TEST_NO"): "the environment has no TRUCE_TEST_NO",
	} {
		_, err = personKey(where)
		var wrong *config.Error
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "person_key", wrong.Problems[0].Key)
		require.Equal(t, 2, wrong.Problems[0].Line)
		require.Contains(t, wrong.Problems[0].Message, want)
	}
}

func TestTheHashOfASecretDoesNotTellIt(t *testing.T) {
	t.Parallel()
	require.Empty(t, secretHash(nil))
	require.Regexp(t, "^[0-9a-f]{16}$", secretHash([]byte("s3cret")))
	require.NotEqual(t, secretHash([]byte("s3cret")), secretHash([]byte("another")))
}
