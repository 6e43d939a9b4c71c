package pipeline_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/publish"
)

const noPacking = math.MaxInt

// nightly is an installation that gets an export of changed deals and a complete one of accounts each
// night, and forgets the ones before.
type nightly struct {
	crm
	packAfter int
	known     []time.Time // when each night was over
}

func newNightly(t *testing.T, packAfter int) *nightly {
	t.Helper()
	return &nightly{crm: newCRM(t, "delta", ""), packAfter: packAfter}
}

// settings writes the configuration; more is added to the columns of deals.
func (n *nightly) settings(attributes string) {
	n.t.Helper()
	n.configure(`sources:
  - name: crm
    path: ./crm
    extracts:
      opportunity:
        files: "deals*"
        columns: {opportunity_id: id, account_id: account, stage: stage, created_at: created, close_date: closed, amount: amount}
` + attributes + `      account: {files: "accounts*", mode: snapshot, columns: {account_id: id, region: region}}
breakdowns: [account.region]
checks: {quarantine: {rate: 0.5, rows: 20}}
`)
}

// exports replaces the files in the folder by those of a night.
func (n *nightly) exports(night int) {
	n.t.Helper()
	require.NoError(n.t, os.RemoveAll(n.folder))
	var deals, accounts []string
	for i := range 12 {
		id := night*4 + i
		stage := []string{"New", "Won", "Lost"}[(id+night)%3]
		deals = append(deals, fmt.Sprintf("D%04d,A%d,%s,2024-01-%02d,2024-03-%02d,%d.5,S%d",
			id, id%7, stage, id%28+1, (id+night)%28+1, 100+id%900, id%3))
	}
	if night%5 == 0 {
		deals = append(deals, ",A1,Won,2024-01-01,2024-02-01,1,S1", "D0001,A1,Won,yesterday,2024-02-01,1,S1")
	}
	for i := range 7 - night%3 {
		accounts = append(accounts, fmt.Sprintf("A%d,R%d", i, (i+night)%2))
	}
	n.export(fmt.Sprintf("deals-%03d.csv", night), night,
		[]byte("id,account,stage,created,closed,amount,site\n"+strings.Join(deals, "\n")+"\n"))
	n.export("accounts.csv", night, []byte("id,region\n"+strings.Join(accounts, "\n")+"\n"))
}

// lands loads the exports of a night.
func (n *nightly) lands(night int) {
	n.t.Helper()
	n.exports(night)
	o := n.options(nightAsOf)
	o.PackAfter = n.packAfter
	_, err := pipeline.Load(n.t.Context(), o)
	require.NoError(n.t, err)
	n.known = append(n.known, n.now)
}

// publishes runs with the knowledge of the end of a night; -1 is now.
func (n *nightly) publishes(night int) publish.Run {
	n.t.Helper()
	o := n.options(nightAsOf)
	o.PackAfter = n.packAfter
	if night >= 0 {
		o.KnownAt = n.known[night]
	}
	outcome, err := pipeline.Run(n.t.Context(), o)
	require.NoError(n.t, err)
	require.Empty(n.t, outcome.Verdict.With("failed"))
	for _, warning := range outcome.Warnings {
		require.NotContains(n.t, warning, "not packed")
	}
	return outcome.Report
}

// landedFiles counts the Parquet files of loads and of packs.
func (n *nightly) landedFiles() (loads, packs int) {
	n.t.Helper()
	for path := range contents(n.t, filepath.Join(n.state, "landing")) {
		switch {
		case !strings.HasSuffix(path, ".parquet") || strings.Contains(path, "quarantine"):
		case strings.Contains(path, "/packs/"):
			packs++
		default:
			loads++
		}
	}
	return loads, packs
}

// However the loads of 120 nights are packed, every report has the same bytes, now and for every
// moment of the past.
func TestPackingChangesNoPublishedByte(t *testing.T) {
	t.Parallel()
	plain := newNightly(t, noPacking)
	nights, widened, packAfter := 120, 80, 0
	if testing.Short() {
		nights, widened, packAfter = 24, 16, 5
	}
	packed := newNightly(t, packAfter)
	for _, n := range []*nightly{plain, packed} {
		n.settings("")
		for night := range nights {
			if night == widened { // from now on there is one more column
				n.settings("        attributes: {site: {from: site}}\n")
			}
			n.lands(night)
		}
	}
	loads, packs := plain.landedFiles()
	require.Equal(t, 2*nights, loads)
	require.Zero(t, packs)
	_, packs = packed.landedFiles()
	require.Positive(t, packs)
	for _, night := range []int{-1, nights / 10, widened + 1} {
		requireSameBytes(t, plain.publishes(night), packed.publishes(night))
	}
	packed.packAfter = 1
	for _, n := range []*nightly{plain, packed} {
		n.lands(nights)
	}
	loads, packs = packed.landedFiles()
	require.LessOrEqual(t, loads, 1)
	require.LessOrEqual(t, packs, 3, "two layouts of deals and one of accounts: packs are packed again")
	for _, night := range []int{-1, nights / 2} {
		requireSameBytes(t, plain.publishes(night), packed.publishes(night))
	}
}

// requireSameBytes compares the Parquet files of two runs.
func requireSameBytes(t *testing.T, want, got publish.Run) {
	t.Helper()
	require.Equal(t, want.Manifest.Fingerprint, got.Manifest.Fingerprint)
	seen := 0
	for _, file := range want.Manifest.Files {
		if filepath.Ext(file.Name) != ".parquet" {
			continue
		}
		seen++
		same := string(read(t, filepath.Join(want.Dir, file.Name))) == string(read(t, filepath.Join(got.Dir, file.Name)))
		require.True(t, same, "%s of %s", file.Name, want.ID)
	}
	require.Greater(t, seen, 5)
}

// A pack that cannot be written leaves the landing as it was, and the run goes on.
func TestAFailedPackIsAWarning(t *testing.T) {
	t.Parallel()
	n := newNightly(t, noPacking)
	n.settings("")
	for night := range 4 {
		n.lands(night)
	}
	want := n.publishes(-1)
	part := ""
	for path := range contents(t, filepath.Join(n.state, "landing")) {
		if strings.Contains(path, "account-") && strings.HasSuffix(path, ".parquet") {
			part = path
		}
	}
	whole := read(t, part)
	damaged := append([]byte{}, whole...)
	copy(damaged[len(damaged)/2:], "damage")
	require.NoError(t, os.WriteFile(part, damaged, 0o600))
	n.packAfter = 2
	o := n.options(nightAsOf)
	o.PackAfter = 2
	summary, err := pipeline.Load(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, int64(2), summary.Known)
	require.FileExists(t, part, "what cannot be read back is never removed")
	require.NoError(t, os.WriteFile(part, whole, 0o600))
	requireSameBytes(t, want, n.publishes(-1))
	loads, packs := n.landedFiles()
	require.Zero(t, loads)
	require.Equal(t, 2, packs)
}
