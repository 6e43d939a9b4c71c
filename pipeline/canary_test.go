package pipeline_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
)

// canary is in every value that must not be kept.
const canary = "canary"

const canarySecret = "the secret of the canary"

// canaryTables are exports in which every personal value, every free text and every cell that cannot be
// read has the canary. Some rows are broken in each way that a row can be.
func canaryTables() map[string][][]string {
	return map[string][][]string{
		"Opportunity": {
			{"Id", "Name", "StageName", "Amount", "CreatedDate", "CloseDate", "Description", "NextStep", "IsDeleted"},
			{"006000000000001", "Rollout", "Closed Won", "100", "2024-01-02T00:00:00Z", "2024-02-01", "call Canary Smith", "Canary", "false"},
			{"006000000000002", "Pilot", "Closed Won", "canary 5", "2024-01-02T00:00:00Z", "2024-02-01", "Canary", "", "false"},
			{"006000000000003", "Pilot", "Closed Won", "5", "canary", "2024-02-01", "Canary", "", "false"},
			{"006000000000004", "Pilot", "Closed Won", "5", "2024-01-02T00:00:00Z", "2024-02-01", "Canary", "", "canary"},
			{"", "Pilot", "Closed Won", "5", "2024-01-02T00:00:00Z", "2024-02-01", "no key: Canary", "Canary", "false"},
		},
		"Lead": {
			{"Id", "CreatedDate", "Status", "LeadSource", "FirstName", "LastName", "Email", "Phone", "Street", "Description", "Company"},
			{"00Q000000000001", "2024-01-02T00:00:00Z", "New", "Web", "Canary", "Canary", " Canary@Example.com", "+49 canary", "Canary Lane 1", "a\tCanary", "Canary Inc"},
			{"00Q000000000002", "canary", "New", "Web", "Canary", "Canary", "two@canary.com", "+49 canary", "Canary Lane 1", "Canary", "Canary Inc"},
			{"", "2024-01-02T00:00:00Z", "New", "Web", "Canary", "Canary", "three@canary.com", "canary", "Canary", "Canary", "Canary Inc"},
			{"00Q000000000004", "2024-01-02T00:00:00Z", "New", "Web", "Canary", "Canary", "no address of Canary", "canary", "Canary", "Canary", "Canary Inc"},
		},
		"Account": {
			{"Id", "Name", "Phone", "Fax", "BillingStreet", "BillingCountry", "Industry", "NumberOfEmployees", "Description"},
			{"001000000000001", "Canary Inc", "+49 canary", "canary", "Canary Lane 1", "DE", "Mining", "12", "Canary"},
			{"001000000000002", "Canary Inc", "+49 canary", "canary", "Canary Lane 1", "DE", "Mining", "canary", "Canary"},
		},
		"Contact": {
			{"Id", "AccountId", "FirstName", "LastName", "Email", "Phone", "MailingStreet"},
			{"003000000000001", "001000000000001", "Canary", "Canary", "canary@example.com", "+49 canary", "Canary Lane 1"},
		},
	}
}

// brokenLines are what only text can hold: short and long rows, quotes that never close, bytes that are
// no text, and an id that a spreadsheet has mangled.
const brokenLines = `00Q000000000005,2024-01-02T00:00:00Z,Canary
00Q000000000006,2024-01-02T00:00:00Z,New,Web,Canary,Canary,canary@example.com,1,2,3,4,Canary,Canary
00Q000000000007,2024-01-02T00:00:00Z,New,Web,"Canary"Canary,Canary,canary@example.com,1,2,3,4
00Q000000000008,2024-01-02T00:00:00Z,New` + "\x00" + `,Web,Canary,Canary,canary@example.com,1,2,3,4
00Q000000000009,2024-01-02T00:00:00Z,New,We` + "\xff" + `,Canary,Canary,canary@example.com,1,2,3,4
5.80000000012E+18,2024-01-02T00:00:00Z,New,Web,Canary,Canary,canary@example.com,1,2,3,4
00Q000000000010,2024-01-02T00:00:00Z,New,Web,"Canary,Canary,canary@example.com,1,2,3,4
`

func packLines(t *testing.T, folder, name string, records [][]string, _ func([][]string) []byte) {
	text := plainText(records)
	if name == "Lead" {
		text = append(text, brokenLines...)
	}
	write(t, filepath.Join(folder, name+".csv"), text)
}

func plainText(records [][]string) []byte {
	var text bytes.Buffer
	_ = csv.NewWriter(&text).WriteAll(records) // a buffer takes everything
	return text.Bytes()
}

// No personal value, free text or unreadable cell gets into the landing, its packs and quarantine, the
// reports, the database, the history or anything that is said, whatever the format of the exports.
func TestPersonalDataStaysOutside(t *testing.T) {
	t.Parallel()
	const keyed = "person_key: file:secret\n"
	text := dialect{name: "delimited text", pack: packLines}
	t.Run("delimited text without a secret", func(t *testing.T) {
		t.Parallel()
		requireOutside(t, text, "")
	})
	for _, d := range append(formats(), text) {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && d.name != text.name {
				t.Skip("only delimited text in short mode")
			}
			requireOutside(t, d, keyed)
		})
	}
}

func requireOutside(t *testing.T, d dialect, key string) {
	t.Helper()
	s, said := runCanary(t, d, key)
	require.NotContains(t, strings.ToLower(said), canary)
	looked := requireNoCanary(t, s.state) + requireNoCanary(t, s.drop)
	require.Greater(t, looked, 25, "files")
	requirePersons(t, s, key != "")
}

// runCanary loads the tables on two nights, packs them, publishes, and gives all that was said.
func runCanary(t *testing.T, d dialect, key string) (*site, string) {
	t.Helper()
	dir := t.TempDir()
	s := newSite(t, filepath.Join(dir, "truce.yaml"))
	write(t, filepath.Join(dir, "secret"), []byte(canarySecret))
	write(t, s.config, []byte(key+`sources: [{name: crm, preset: salesforce, path: ./crm}]
segments: [{name: Mining, where: "account.industry = 'Mining'"}]
checks: {quarantine: {rate: 1, rows: 1000}}
reports: {duckdb: true, duckdb_marts: true}
`))
	var said strings.Builder
	var outcome pipeline.Outcome
	for night := range 2 {
		for name, records := range canaryTables() {
			if night > 0 {
				records = append(records, records[1]) // another content
			}
			d.pack(t, filepath.Join(dir, "crm"), name, records, plainText)
		}
		o := s.options(nightAsOf)
		o.PackAfter = 1
		var err error
		outcome, err = pipeline.Run(t.Context(), o)
		require.NoError(t, err)
		tell(t, &said, outcome.Warnings, outcome.Verdict)
		refusals, _, err := pipeline.LandedRefusals(t.Context(), o.Config, s.now.Add(time.Hour), 0)
		require.NoError(t, err)
		require.GreaterOrEqual(t, refusals.Total, int64(7))
		tell(t, &said, refusals)
		tell(t, &said, seenProblems(t, o))
	}
	tell(t, &said, outcome.Report.Manifest)
	return s, said.String()
}

// seenProblems gives what truce check says about the files.
func seenProblems(t *testing.T, o pipeline.Options) []any {
	t.Helper()
	seen, err := pipeline.Inspect(t.Context(), o.Config, time.Now())
	require.NoError(t, err)
	all := []any{seen.Problems, seen.Warnings}
	for _, src := range seen.Sources {
		all = append(all, src.Problems, src.Ignored)
		for _, file := range src.Files {
			all = append(all, file.Problems, file.Text.Warnings, file.Text.Rules, file.Text.Formats, file.Text.Unmapped, file.Text.Ranges)
		}
	}
	return all
}

func tell(t *testing.T, said *strings.Builder, what ...any) {
	t.Helper()
	text, err := json.Marshal(what)
	require.NoError(t, err)
	said.Write(text)
}

// requireNoCanary reads every file below a folder, Parquet and database files cell by cell, and gives
// how many there were.
func requireNoCanary(t *testing.T, folder string) (files int) {
	t.Helper()
	db, err := sql.Open("duckdb", "?threads=1")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	r := reports{db: db}
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content := bytes.ToLower(read(t, path))
		require.NotContains(t, string(content), canary, path)
		switch filepath.Ext(path) {
		case ".parquet":
			requireCleanRows(t, r.ask(t, "select * from read_parquet("+quote(path)+")"), path)
		case ".duckdb":
			_, err := db.ExecContext(t.Context(), "attach "+quote(path)+" as published (read_only)")
			require.NoError(t, err)
			for _, table := range r.ask(t, "select table_name as name from duckdb_tables() where database_name = 'published'") {
				requireCleanRows(t, r.ask(t, "select * from published."+table["name"]), path+" "+table["name"])
			}
			_, err = db.ExecContext(t.Context(), "detach published")
			require.NoError(t, err)
		}
		return nil
	}))
	return files
}

func requireCleanRows(t *testing.T, rows []row, where string) {
	t.Helper()
	for _, cells := range rows {
		for column, value := range cells {
			require.NotContains(t, strings.ToLower(value), canary, "%s, column %s", where, column)
		}
	}
}

// requirePersons looks for the keys of persons in the landing: hashes if there is a secret, nothing
// otherwise.
func requirePersons(t *testing.T, s *site, isKeyed bool) {
	t.Helper()
	db, err := sql.Open("duckdb", "?threads=1")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	parts, err := filepath.Glob(filepath.Join(s.state, "landing", "*", "*", "lead*.parquet"))
	require.NoError(t, err)
	keys := map[string]bool{}
	for _, part := range parts {
		if strings.Contains(part, "quarantine") {
			continue
		}
		for _, cells := range (reports{db: db}).ask(t, "select lead_id, person_key from read_parquet("+quote(part)+")") {
			keys[cells["lead_id"][:15]+" "+cells["person_key"]] = true
		}
	}
	want := ""
	if isKeyed {
		mac := hmac.New(sha256.New, []byte(canarySecret))
		mac.Write([]byte("canary@example.com"))
		want = hex.EncodeToString(mac.Sum(nil))[:32]
	}
	require.True(t, keys["00Q000000000001 "+want], "%v", keys)
	require.True(t, keys["00Q000000000004 "], "what is no address gives no key: %v", keys)
}
