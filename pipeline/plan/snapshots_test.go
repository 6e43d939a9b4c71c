package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/engine"
	"truce/pipeline/entity"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse("2006-01-02 15:04", text)
	require.NoError(t, err)
	return parsed
}

// exports gives files of one entity of one source with their effective times.
func exports(t *testing.T, source, entityName string, rows int64, times ...string) []FileFacts {
	t.Helper()
	var files []FileFacts
	for _, text := range times {
		files = append(files, FileFacts{Source: source, Entity: entityName, EffectiveAt: at(t, text), Loaded: rows})
	}
	return files
}

func TestHistoryIsDerivedWhereNoneIsExported(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files []FileFacts
		want  bool
	}{
		"one export":               {exports(t, "crm", "opportunity", 5, "2026-06-01 00:00"), false},
		"two exports of one day":   {exports(t, "crm", "opportunity", 5, "2026-06-01 08:00", "2026-06-01 09:00"), false},
		"exports of two days":      {exports(t, "crm", "opportunity", 5, "2026-06-01 00:00", "2026-06-02 00:00"), true},
		"exports of other records": {exports(t, "crm", "lead", 5, "2026-06-01 00:00", "2026-06-02 00:00"), false},
		"with a history": {append(exports(t, "crm", "opportunity", 5, "2026-06-01 00:00", "2026-06-02 00:00"),
			exports(t, "crm", "stage_change", 1, "2026-06-01 00:00")...), false},
		"with a history that is empty": {append(exports(t, "crm", "opportunity", 5, "2026-06-01 00:00", "2026-06-02 00:00"),
			exports(t, "crm", "stage_change", 0, "2026-06-01 00:00")...), true},
		"with the history of another source": {append(exports(t, "crm", "opportunity", 5, "2026-06-01 00:00", "2026-06-02 00:00"),
			exports(t, "old", "stage_change", 1, "2026-06-01 00:00")...), true},
		"one export of each of two sources": {append(exports(t, "crm", "opportunity", 5, "2026-06-01 00:00"),
			exports(t, "old", "opportunity", 5, "2026-06-02 00:00")...), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, Facts{Files: c.files}.DerivesHistory())
		})
	}
}

func TestSnapshotsHaveLocalDates(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	// late in the evening it is the next day in Berlin; midnight is the date in a file's name
	r := snapshots(Facts{Files: exports(t, "crm", "opportunity", 1,
		"2026-06-02 23:30", "2026-06-01 00:00", "2026-06-02 00:00", "2026-06-02 23:30")}, zone)
	day := func(text string) engine.Day { return engine.DayOf(at(t, text+" 00:00")) }
	require.Equal(t, [][]any{
		{"crm", at(t, "2026-06-01 00:00"), day("2026-06-01"), nil},
		{"crm", at(t, "2026-06-02 00:00"), day("2026-06-02"), day("2026-06-01")},
		{"crm", at(t, "2026-06-02 23:30"), day("2026-06-03"), day("2026-06-02")},
	}, r.Rows)
}

func TestMarkDerivedMarksTheStageHistoryOnly(t *testing.T) {
	t.Parallel()
	f := Facts{Files: exports(t, "crm", "opportunity", 5, "2026-06-01 00:00", "2026-06-02 00:00")}
	for _, e := range entity.All() {
		f.Landing = append(f.Landing, engine.Landing{Entity: e})
	}
	require.True(t, f.HasHistory())
	f.MarkDerived()
	for _, l := range f.Landing {
		require.Equal(t, l.Entity.Name == "stage_change", l.IsDerived, l.Entity.Name)
	}
	f.Files = nil
	f.MarkDerived()
	require.False(t, f.HasHistory())
	for _, l := range f.Landing {
		require.False(t, l.IsDerived, l.Entity.Name)
	}
}
