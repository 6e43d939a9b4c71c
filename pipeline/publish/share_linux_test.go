package publish

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShareThatCannotDoEverything(t *testing.T) {
	t.Parallel()
	calls := reference(t)
	find := func(name, text string) call {
		i := slices.IndexFunc(calls, func(c call) bool { return c.name == name && strings.Contains(c.text, text) })
		require.GreaterOrEqual(t, i, 0, "%s %s", name, text)
		return calls[i]
	}
	staging, runs := find("fsync", "T0230>)"), find("fsync", "DROP/runs>")
	rename, pointer := find("renameat2", "DROP/runs"), find("read", "DROP/latest.json>")
	for name, try := range map[string]struct {
		call       call
		errno      string
		lasting    bool
		durability string
	}{
		"no fsync of folders":            {staging, "EINVAL", false, DurabilityUnknown},
		"no fsync of folders, said so":   {staging, "EOPNOTSUPP", false, DurabilityUnknown},
		"no fsync of one folder":         {runs, "EINVAL", false, DurabilityFsync}, // known only after the manifest
		"no rename without replacing":    {rename, "EINVAL", true, DurabilityFsync},
		"no such call":                   {rename, "ENOSYS", true, DurabilityFsync},
		"interrupted rename":             {rename, "EINTR", false, DurabilityFsync},
		"interrupted fsync":              {runs, "EINTR", false, DurabilityFsync},
		"interrupted read":               {pointer, "EINTR", false, DurabilityFsync},
		"pointer replaced while reading": {pointer, "ESTALE", false, DurabilityFsync},
		"folder held open for a moment":  {rename, "EBUSY", false, DurabilityFsync},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := crashedNight(t)
			when := fmt.Sprint(try.call.nth)
			if try.lasting {
				when += "+"
			}
			out := traced(t, root, fmt.Sprintf("%s:error=%s:when=%s", try.call.name, try.errno, when))
			require.Zero(t, out.exit, out.stderr)
			require.Positive(t, out.injections())
			requirePromises(t, root, run2)
			run, err := open(t, root).Latest()
			require.NoError(t, err)
			require.Equal(t, try.durability, run.Manifest.Durability)
		})
	}
}
