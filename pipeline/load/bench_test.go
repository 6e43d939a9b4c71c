package load

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
)

// benchText writes rows of 19 columns as a CRM exports them, three of which nothing names.
func benchText(rows int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	stages := []string{"Qualification", "Needs Analysis", "Proposal/Price Quote", "Closed Won", "Closed Lost"}
	sources := []string{"Web", "Trade Show", "Partner Referral", "Cold Call", ""}
	var b bytes.Buffer
	b.WriteString("Id,AccountId,OwnerId,CampaignId,Name,Type,StageName,IsClosed,IsWon,Amount,CurrencyIsoCode," +
		"Probability,LeadSource,CreatedDate,CloseDate,LastModifiedDate,Description,NextStep,Email\n")
	for i := range rows {
		day := r.IntN(28) + 1
		month := r.IntN(12) + 1
		fmt.Fprintf(&b, "006%012dAAA,001%012dAAA,005%06d,701%04d,Opportunity %d of %d,New Business,%s,%t,%t,%d.%02d,EUR,%d,%s,"+
			"2024-%02d-%02d %02d:%02d:%02d,2024-%02d-%02d,2025-%02d-%02d %02d:%02d:%02d,some free text of row %d,call back,a%d@example.com\n",
			i, r.IntN(100000), r.IntN(500), r.IntN(300), i, r.IntN(1000), stages[r.IntN(5)], r.IntN(2) == 0, r.IntN(2) == 0,
			r.IntN(100000), r.IntN(100), r.IntN(100), sources[r.IntN(5)],
			month, day, r.IntN(24), r.IntN(60), r.IntN(60), month, day, month, day, r.IntN(24), r.IntN(60), r.IntN(60), i, i)
	}
	return b.Bytes()
}

func benchExtract(tb testing.TB) Extract {
	tb.Helper()
	e, ok := entity.Lookup("opportunity")
	require.True(tb, ok)
	return Extract{Entity: e, SalesforceIDs: true, FileName: "o.csv", Headers: map[string][]string{
		"opportunity_id": {"Id"}, "account_id": {"AccountId"}, "owner_id": {"OwnerId"}, "campaign_id": {"CampaignId"},
		"stage": {"StageName"}, "is_closed": {"IsClosed"}, "is_won": {"IsWon"}, "currency": {"CurrencyIsoCode"},
		"lead_source": {"LeadSource"}, "created_at": {"CreatedDate"}, "close_date": {"CloseDate"},
		"modified_at": {"LastModifiedDate"},
	}}
}

func BenchmarkLoad(b *testing.B) {
	const rows = 400_000
	data := benchText(rows)
	x := benchExtract(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var usage0 syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage0))
	before := time.Duration(usage0.Utime.Nano() + usage0.Stime.Nano())
	b.ResetTimer()
	for b.Loop() {
		open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
		result, err := File(b.Context(), open, x, Target{Dir: b.TempDir(), Prefix: "p"}, nil)
		require.NoError(b, err)
		require.EqualValues(b, rows, result.Counts.Loaded)
		require.True(b, result.UniqueKeys)
	}
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	cpu := time.Duration(usage.Utime.Nano()+usage.Stime.Nano()) - before
	b.ReportMetric(cpu.Seconds()*1e6/float64(rows)/float64(b.N), "cpu-us/row")
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
