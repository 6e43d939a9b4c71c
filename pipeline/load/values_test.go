package load

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"truce/pipeline/entity"
)

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// readAll loads one column of a type from these cells and lists the values or rules.
func readAll(t *testing.T, kind entity.Type, x Extract, cells ...string) []string {
	t.Helper()
	x.Attributes = []entity.Field{{Name: "v", Type: kind}}
	p := newPlan(&x, []string{"opportunity_id", "stage", "v"}, ',')
	_, err := (&survey{plan: p}).decide()
	require.NoError(t, err)
	var a arena
	reader := newCells(p, &a)
	var out []string
	for _, cell := range cells {
		var v values
		r := reader.read(&p.columns[len(p.columns)-1], &v, []byte(cell), false)
		switch {
		case r == contradicts || r == unsettled:
			out = append(out, map[rule]string{contradicts: "contradicts", unsettled: "unsettled"}[r])
		case r != accepted:
			out = append(out, r.name())
		case v.levels[0] == 0:
			out = append(out, "null")
		case kind == entity.Date:
			out = append(out, time.Unix(int64(v.days[0])*daySeconds, 0).UTC().Format(time.DateOnly))
		case kind == entity.Timestamp:
			out = append(out, time.UnixMicro(v.longs[0]).UTC().Format("2006-01-02T15:04:05.999999"))
		case kind == entity.Boolean:
			out = append(out, fmt.Sprint(v.bools[0]))
		default:
			out = append(out, fmt.Sprint(v.longs[0]))
		}
	}
	return out
}

func TestDates(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	cases := []struct {
		order string
		pairs []string
	}{
		{"", []string{
			"2017-03-01", "2017-03-01", " 2017-03-01 ", "2017-03-01", "2017/03/01", "2017-03-01", "2017-3-1", "2017-03-01",
			"2017-03-01T23:59:59.999999999Z", "2017-03-01", "2017-03-01 00:00:00+14:00", "2017-03-01", "2017-03-01T10:00:00.000+0000", "2017-03-01",
			"01-Mar-2017", "2017-03-01", "1 March 2017", "2017-03-01", "Mar 1, 2017", "2017-03-01", "Sept 1 2017", "date",
			"12-Jan-23", "2023-01-12", "12 Jan 23", "2023-01-12", "12-JAN-2023", "2023-01-12", "1-dec-69", "1969-12-01", "01-JAN-68", "2068-01-01",
			"12-January-23", "2023-01-12", "12. January 2023", "2023-01-12", "Jan 12, 2023", "2023-01-12", "12-Jan-23 14:05", "2023-01-12",
			"12-JAN-23 02:05:00 PM", "2023-01-12", "31-Feb-23", "date", "12-Jan-230", "date", "12-Jan-3", "date", "12-Jan-0023", "date",
			"Jan-12-23", "date", "Jan 12, 23", "date", "Jan-23", "date", "12-Jan", "date", "12 Jan 23:30", "date", "12-Jan-23x", "date",
			"03/03/2017", "2017-03-03", "13/04/2017", "unsettled", "04/05/2017", "unsettled",
			"", "null", "May-20", "date", "42795", "date", "2017-02-29", "date", "2017-00-10", "date", "2017-13-01", "date", "2017-01-32", "date",
			"1899-12-31", "date", "2201-01-01", "date", "1900-01-01", "1900-01-01", "2200-12-31", "2200-12-31", "0000-00-00", "date",
			"2017-03-01x", "date", "2017-03-01 x", "date", "2017-03-01T", "date", "2017/03-01", "date", "20170301", "date", "-", "date",
		}},
		{"dmy", []string{
			"01/03/2017", "2017-03-01", "1.3.2017", "2017-03-01", "01-03-17", "2017-03-01", "1/3/69", "1969-03-01", "1/3/68", "2068-03-01",
			"13/04/2017 14:55", "2017-04-13", "04/13/2017", "date", "2017-04-13", "2017-04-13", "1/3/017", "date", "31/02/2017", "date",
		}},
		{"mdy", []string{"03/01/17", "2017-03-01", "12/31/2016 11:59 PM", "2016-12-31", "13/04/2017", "date", "3-1-2017", "2017-03-01"}},
		{"ymd", []string{"17/03/01", "2017-03-01", "2017.03.01", "2017-03-01", "01/03/2017", "date", "17-13-01", "date"}},
	}
	for _, c := range cases {
		x := x
		x.DateOrder = c.order
		for i := 0; i < len(c.pairs); i += 2 {
			require.Equal(t, []string{c.pairs[i+1]}, readAll(t, entity.Date, x, c.pairs[i]), "%q in the order %q", c.pairs[i], c.order)
		}
	}
}

// A field of months reads them without a day; a date still is a day of its month.
func TestMonths(t *testing.T) {
	t.Parallel()
	read := dateFormat{months: true}
	for cell, want := range map[string][3]int{
		"2026-02": {2026, 2, 1}, "2026/2": {2026, 2, 1}, "02/2026": {2026, 2, 1}, "02.2026": {2026, 2, 1}, "2 2026": {2026, 2, 1},
		"Feb 2026": {2026, 2, 1}, "Feb-2026": {2026, 2, 1}, "June 2026": {2026, 6, 1}, "2026-Dec": {2026, 12, 1}, "FEBRUARY 2026": {2026, 2, 1},
		"2026-02-17": {2026, 2, 17}, "17-Feb-26": {2026, 2, 17},
	} {
		m, r := read.read([]byte(cell))
		require.Equal(t, accepted, r, cell)
		require.Equal(t, daysOf(want[0], want[1], want[2]), m.day, cell)
	}
	for _, cell := range []string{"Feb-20", "2026-13", "2026-00", "13/2026", "26-02", "2026-", "-2026", "2026", "202602", "Febr 2026", "1899-02", "2026-02x", "Feb 20266", "Q1 2026", "2026.02", "2026.1"} {
		_, r := read.read([]byte(cell))
		require.Equal(t, ruleDate, r, cell)
	}
	_, r := (&dateFormat{}).read([]byte("2026-02"))
	require.Equal(t, ruleDate, r, "a column of days")
	costs, _ := entity.Lookup("cost")
	month, _ := costs.Field("month")
	require.True(t, month.Month)
}

func TestTimestamps(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.DateOrder = "mdy"
	x.Zone, x.LocalZone = location(t, "America/New_York"), location(t, "Europe/Berlin")
	for cell, want := range map[string]string{
		"2017-03-01T14:55:03Z":         "2017-03-01T14:55:03",
		"2017-03-01T14:55:03.000+0000": "2017-03-01T14:55:03",
		"2017-03-01 14:55:03.1234567Z": "2017-03-01T14:55:03.123456",
		"2017-03-01T14:55:03-05:30":    "2017-03-01T20:25:03",
		"2017-03-01 14:55:03 +02":      "2017-03-01T12:55:03",
		"2017-03-01 14:55:03 UTC":      "2017-03-01T14:55:03",
		"2017-03-01 14:55:03":          "2017-03-01T19:55:03",
		"2017-07-01 14:55:03.5":        "2017-07-01T18:55:03.5",
		"3/1/2017 2:55 PM":             "2017-03-01T19:55:00",
		"3/1/2017, 2:55:03 pm":         "2017-03-01T19:55:03",
		"3/1/17 12:05 AM":              "2017-03-01T05:05:00",
		"3/1/17 12:05 PM":              "2017-03-01T17:05:00",
		"2017-03-01":                   "2017-02-28T23:00:00",
		"7/1/2017":                     "2017-06-30T22:00:00",
		"2017-03-12 02:30:00":          "2017-03-12T07:30:00", // does not exist: read with the offset before
		"2017-11-05 01:30:00":          "2017-11-05T05:30:00", // comes twice: the first
		"3/1/17 13:05 PM":              "timestamp",
		"3/1/17 0:05 AM":               "timestamp",
		"2017-03-01 24:00:00":          "timestamp",
		"2017-03-01 10:60":             "timestamp",
		"2017-03-01 10:00:00.":         "timestamp",
		"2017-03-01T10:00:00+25:00":    "timestamp",
		"2017-03-01T10:00:00 CEST":     "timestamp",
		"2017-03-01T10":                "timestamp",
		"":                             "null",
	} {
		require.Equal(t, []string{want}, readAll(t, entity.Timestamp, x, cell), "%q", cell)
	}
}

func TestExcelSerials(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.ExcelSerials = true
	require.Equal(t, []string{"2017-03-01", "2017-03-01", "1900-03-01", "date", "date", "2017-03-01"},
		readAll(t, entity.Date, x, "42795", "42795.75", "61", "60", "1234567", "2017-03-01"))
	require.Equal(t, []string{"2017-03-01T18:00:00", "2020-01-01T14:30:00", "2017-03-02T00:00:00", "timestamp"},
		readAll(t, entity.Timestamp, x, "42795.75", "43831.604166666664", "42795.99999999999", "42795."))
}

func TestDecimals(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	cases := []struct {
		sign  string
		pairs []string
	}{
		{"", []string{
			"1054", "105400", "1054.5", "105450", "-1234567.25", "-123456725", "0.05", "5", ".5", "50", "+7", "700", "1054.000", "105400",
			"(500)", "-50000", "-", "null", "–", "null", "500-", "-50000", "$1,234.56", "123456", "€ 12.50", "1250", "USD 1 234.50", "123450",
			"1.0E7", "1000000000", "2.5e-1", "25", "1.23456E3", "123456", "1.234567E3", "decimal", "1,234,567", "123456700", "12,34,567.00", "123456700",
			"1'234.50", "123450", "1.234", "unsettled", "1,234", "unsettled", "12,5", "unsettled", "1.234.567", "unsettled",
			"9999999999999999.99", "999999999999999999", "10000000000000000", "decimal", "0.001", "decimal", "1.999", "unsettled",
			"x", "decimal", "1.2.3", "decimal", "1,,2", "decimal", "--5", "decimal", "(5", "decimal", "-(5)", "decimal", "5%", "decimal",
			"1 2", "decimal", "5.", "decimal", "ABC 5", "decimal", "EUR.5", "50", "NaN", "decimal", "1e", "decimal", "E5", "decimal", "0x1F", "decimal",
			"R$ 5", "500", "US$5", "500", "5 kr.", "500", "Rs. 1,00,000.00", "10000000", "£-5.10", "-510", "-£5.10", "-510", "$ -", "null",
		}},
		{"comma", []string{
			"€ 2.900,00", "290000", "11000", "1100000", "1.234", "123400", "1,5", "150", "1.234.567,89", "123456789", "1 234,5", "123450",
			"1234.5", "decimal", "1,234", "decimal", "-0,5", "-50", "1\u00a0234,50 €", "123450", "1\u202f234,50", "123450",
		}},
		{"point", []string{"1.23", "123", "1.230", "123", "1,234", "123400", "1.234,5", "decimal", "1,5", "decimal"}},
	}
	for _, c := range cases {
		x := x
		x.Decimal = c.sign
		for i := 0; i < len(c.pairs); i += 2 {
			require.Equal(t, []string{c.pairs[i+1]}, readAll(t, entity.Decimal, x, c.pairs[i]), "%q with %q", c.pairs[i], c.sign)
		}
	}
	require.Equal(t, []string{"108345678", "decimal", "12500000"}, readAll(t, entity.Rate, x, "1.08345678", "1.083456789", "0.125"))
}

func TestIntegers(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	require.Equal(t, []string{"12", "-3", "250", "1234", "unsettled", "integer", "integer", "999999999999999999", "integer", "null"},
		readAll(t, entity.Integer, x, "12", "-3", "250.0", "1,234", "1,000", "1.5", "a", "999999999999999999", "1000000000000000000", ""))
}

func TestBooleans(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	require.Equal(t, []string{"true", "true", "true", "false", "false", "true", "boolean", "boolean", "null"},
		readAll(t, entity.Boolean, x, "1", "TRUE", " Yes", "0", "False", "T", "2", "maybe", ""))
	x.BlankFalse = true
	x.Booleans = map[string]bool{"Ja": true, "Ökay": true, "nein": false}
	require.Equal(t, []string{"false", "true", "true", "false", "boolean"},
		readAll(t, entity.Boolean, x, "", "ja", "öKAY", "NEIN", "true"))
}

func TestTexts(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.SalesforceIDs, x.Nulls = true, []string{"null", "#N/A", "000000000000000AAA"}
	x.Headers = map[string][]string{"merged_into": {"Master"}}
	l := loadText(t, x, "opportunity_id,stage,name,owner_id,Master,account_id\n"+
		"001A0000006Vm9r, Won ,null,00530000003DVKf,0063000000xyZab,000000000000000AAA\n"+
		"00630000003DVKfAAO,Won,\"say \"\"hi\"\"\",#N/A,,0013000-0abcdef\n")
	require.Equal(t, []string{
		"2|001A0000006Vm9rIAC|Won|null|00530000003DVKfAAO|0063000000xyZabAAE|null",
		`3|00630000003DVKfAAO|Won|say "hi"|null|null|0013000-0abcdef`,
	}, l.rows(t, "opportunity_id, stage, name, owner_id, merged_into, account_id"))
}

// The days of every zone begin where time.Date says, and local times are turned as it does, except
// that both agree on the first of two instants and on the offset before a gap.
func TestZonesAgreeWithTheStandardLibrary(t *testing.T) {
	t.Parallel()
	names := []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe",
		"Pacific/Apia", "Asia/Kolkata", "Africa/Casablanca", "America/St_Johns", "Asia/Tehran",
	}
	zones := map[string]*zone{}
	for _, n := range names {
		zones[n] = newZone(location(t, n))
	}
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom(names).Draw(rt, "zone")
		loc, z := location(t, name), zones[name]
		local := rapid.Int64Range(-2_208_988_800, 7_289_568_000).Draw(rt, "local")
		if rapid.Bool().Draw(rt, "near a change") {
			local = z.starts[rapid.IntRange(0, len(z.starts)-1).Draw(rt, "change")] + local%(2*daySeconds)
		}
		wall := time.Unix(local, 0).UTC()
		got := time.Unix(z.instant(local), 0).In(loc)
		if d := got.Sub(time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, loc)); d != 0 {
			require.LessOrEqual(rt, d.Abs(), 25*time.Hour)
		}
		if shows := time.Date(got.Year(), got.Month(), got.Day(), got.Hour(), got.Minute(), got.Second(), 0, time.UTC); shows.Unix() == local {
			for back := range int64(25) {
				earlier := got.Add(-time.Duration(back*30+30) * time.Minute)
				_, offset := earlier.Zone()
				require.NotEqual(rt, local, earlier.Unix()+int64(offset), "an earlier instant shows the same time")
			}
		}

		day := local / daySeconds
		first := time.Unix(z.dayStart(int32(day)), 0).In(loc)
		_, offset := first.Add(-time.Second).Zone()
		require.Less(rt, first.Unix()-1+int64(offset), day*daySeconds, "the second before is an earlier day")
		_, offset = first.Zone()
		require.GreaterOrEqual(rt, first.Unix()+int64(offset), day*daySeconds)
	})
}

func TestDaysOfAgreesWithTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for at := time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() <= lastYear; at = at.AddDate(0, 0, 1) {
		want := at.Unix() / daySeconds
		if got := int64(daysOf(at.Year(), int(at.Month()), at.Day())); got != want || !validDate(at.Year(), int(at.Month()), at.Day()) {
			require.Equal(t, want, got, "%s", at)
		}
	}
}
