package pipeline_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/history"
)

// newTwoSources gives a site with a source that is in order and published, and another that a test may
// spoil; preset is that of the other.
func newTwoSources(t *testing.T, preset string) (c crm, other string) {
	t.Helper()
	c = newCRM(t, "delta", "")
	columns := "columns: {opportunity_id: id, stage: stage, created_at: created, close_date: closed, amount: amount}"
	good := "sources:\n  - {name: good, path: ./crm, extracts: {opportunity: {files: \"deals*\", " + columns + "}}}\n"
	c.configure(good)
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100"))
	_, _ = c.night()
	bad := "  - {name: bad, preset: " + preset + ", path: ./other}\n"
	if preset == "generic" {
		bad = "  - {name: bad, path: ./other, extracts: {opportunity: {files: \"deals*\", " + columns + "}}}\n"
	}
	c.configure(good + bad)
	other = filepath.Join(filepath.Dir(c.folder), "other")
	require.NoError(t, os.MkdirAll(other, 0o750))
	return c, other
}

// requireRefusal looks whether a run is refused, says why, lands nothing and leaves what was published.
func requireRefusal(t *testing.T, c crm, run func() error, says ...string) {
	t.Helper()
	landed, published := contents(t, filepath.Join(c.state, "landing")), contents(t, c.drop)
	err := run()
	var input *pipeline.InputError
	require.ErrorAs(t, err, &input)
	require.Equal(t, pipeline.ExitInput, pipeline.ExitCode(err))
	for _, text := range says {
		require.ErrorContains(t, err, text)
	}
	require.Equal(t, landed, contents(t, filepath.Join(c.state, "landing")), "nothing is half landed")
	require.Equal(t, published, contents(t, c.drop))
	c.requireLast(history.Refused)
}

const hubspotDeals = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner\n" +
	"77,Rollout,Won,Sales,20,2024-03-01,2024-01-02,Ann\n"

func TestBadInput(t *testing.T) {
	t.Parallel()
	const line = "2,Won,2024-01-01,2024-02-01,1\n"
	bomb := string(dealFile()) + strings.Repeat(line, 80<<20/len(line))
	for name, test := range map[string]struct {
		preset  string
		file    string
		content func(t *testing.T) []byte
		says    []string
	}{
		"a preset that does not fit": {
			"salesforce", "export.csv", func(*testing.T) []byte { return []byte(hubspotDeals) },
			[]string{"other holds no export that preset salesforce knows", "set preset: hubspot for source bad"},
		},
		"a folder without any export": {
			"salesforce", "readme.txt", func(*testing.T) []byte { return []byte("The exports come later.\n") },
			[]string{"it looked for files called opportunity, lead", "what is there is readme.txt", "correct path or preset of source bad"},
		},
		"a zip with a path that leads outside": {
			"generic", "deals.zip", func(t *testing.T) []byte {
				return archive(t, map[string][]byte{"../deals.csv": dealFile("2,Won,2024-01-01,2024-02-01,1")})
			},
			[]string{"deals.zip!../deals.csv has a name that leads out of the archive"},
		},
		"a zip with an absolute path": {
			"generic", "deals.zip", func(t *testing.T) []byte {
				return archive(t, map[string][]byte{"/tmp/deals.csv": dealFile("2,Won,2024-01-01,2024-02-01,1")})
			},
			[]string{"has a name that leads out of the archive"},
		},
		"a zip whose members are damaged": {
			"generic", "deals.zip", func(t *testing.T) []byte {
				members := map[string][]byte{
					"deals-1.csv": dealFile("2,Won,2024-01-01,2024-02-01,1"), "deals-2.csv": dealFile("3,Won,2024-01-01,2024-02-01,1"),
				}
				packed := archive(t, members)
				for _, content := range members {
					sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(content))
					packed = bytes.ReplaceAll(packed, sum, []byte("none"))
				}
				return packed
			},
			[]string{"bad/deals.zip!deals-1.csv is truncated or damaged", "bad/deals.zip!deals-2.csv is truncated or damaged"},
		},
		"a zip bomb": {
			"generic", "deals.zip", func(t *testing.T) []byte {
				return archive(t, map[string][]byte{"deals.csv": []byte(bomb)})
			},
			[]string{"deals.zip!deals.csv", "over 200 times as large"},
		},
		"a gzip bomb": {
			"generic", "deals.csv.gz", func(t *testing.T) []byte { return zipped(t, []byte(bomb)) },
			[]string{"bad/deals.csv.gz", "over 200 times as large"},
		},
		"blank lines and nothing else": {
			"generic", "deals.csv", func(*testing.T) []byte { return []byte(strings.Repeat("\n", 8<<20)) },
			[]string{"bad/deals.csv: the file is refused at line 1: it begins with no header line"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, other := newTwoSources(t, test.preset)
			path := filepath.Join(other, test.file)
			write(t, path, test.content(t))
			requireRefusal(t, c, func() error {
				_, err := c.try(nightAsOf)
				return err
			}, test.says...)
		})
	}
}

// Two files may claim an entity with different headers: each is mapped by its names.
func TestTwoHeadersOfOneEntity(t *testing.T) {
	t.Parallel()
	t.Run("the configuration names the columns", func(t *testing.T) {
		t.Parallel()
		c := newCRM(t, "delta", "")
		c.export("deals-1.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100"))
		c.export("deals-2.csv", 0, []byte("note;amount;closed;created;stage;id\nx;50;2024-02-01;2024-01-01;Lost;2\n"))
		counts, _ := c.night()
		require.Equal(t, "2 created, 1 won, 1 lost, 0 excluded, 100.00", counts)
	})
	t.Run("the preset knows labels and internal names", func(t *testing.T) {
		t.Parallel()
		c, other := newTwoSources(t, "hubspot")
		write(t, filepath.Join(other, "labels.csv"), []byte(hubspotDeals))
		write(t, filepath.Join(other, "names.csv"), []byte("hs_object_id,dealname,dealstage,pipeline,amount,closedate,createdate,hubspot_owner_id\n"+
			"78,Pilot,Lost,Sales,5,2024-03-02,2024-01-03,Bob\n"))
		counts, _ := c.night()
		require.Equal(t, "3 created, 2 won, 1 lost, 0 excluded, 120.00", counts)
	})
}
