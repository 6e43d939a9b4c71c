package sql_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"truce/fixtures/oracle"
	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/engine/duckdb"
	"truce/pipeline/model"
	"truce/pipeline/plan"
	models "truce/sql"
)

// TestAnswersAgreeWithTheOracle compares the answers of fct_lead with an oracle that walks from the begin
// of the clock to the answer minute by minute, around the days on which clocks are changed.
func TestAnswersAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, asOf string
		within     string
		hours      config.BusinessHours
	}{
		{"Europe/Berlin", "2026-03-31", "4h", config.BusinessHours{Days: "mon-fri", From: "09:00", To: "17:00"}},
		{"Europe/Berlin", "2026-10-27", "24h", config.BusinessHours{Days: "mon-sun", From: "00:00", To: "24:00"}},
		{"America/Los_Angeles", "2026-03-10", "8h", config.BusinessHours{Days: "sun-wed", From: "08:30", To: "20:15", Closed: []string{"2026-03-09"}}},
		{"Pacific/Auckland", "2026-04-07", "90m", config.BusinessHours{Days: "mon-fri", From: "06:00", To: "22:00", Closed: []string{"2026-04-03", "2026-04-06"}}},
		{"Asia/Kolkata", "2026-06-30", "8h", config.BusinessHours{Days: "fri-tue", From: "09:15", To: "18:00"}},
		{"America/Santiago", "2026-09-08", "12h", config.BusinessHours{Days: "mon-sun", From: "00:00", To: "22:00"}},
	} {
		t.Run(c.zone+" "+c.hours.From, func(t *testing.T) {
			t.Parallel()
			sla := config.LeadSLA{RespondWithin: c.within, BusinessHours: c.hours}
			asOf, err := oracle.ParseDay(c.asOf)
			require.NoError(t, err)
			b := newFollowupBench(t, c.zone, sla, asOf)
			rapid.Check(t, func(t *rapid.T) {
				leads, touches := drawLeads(t, asOf)
				b.agree(t, leads, touches)
			})
		})
	}
}

// followupBench is one configuration in a database of its own, with the models and what they read.
type followupBench struct {
	*stand
	hours  oracle.OfficeHours
	within int
	asOf   oracle.Day
}

func newFollowupBench(t *testing.T, zone string, sla config.LeadSLA, asOf oracle.Day) *followupBench {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	b := &followupBench{stand: &stand{ctx: t.Context(), conn: conn, folder: t.TempDir()}, asOf: asOf}
	b.exec(t, duckdb.Prelude()...)
	b.exec(t, "set threads = 1", "set TimeZone = 'UTC'")
	relations, err := plan.Relations(&config.Config{Timezone: zone, FiscalYearStarts: 1, LeadSLA: sla}, plan.Facts{AsOf: engine.Day(asOf)})
	require.NoError(t, err)
	for _, r := range relations {
		if slices.Contains([]string{"config_run", "config_utc_days", "config_business_intervals", "config_lead_statuses", "config_funnel_steps"}, r.Name) {
			path := filepath.Join(b.folder, r.Name+".parquet")
			require.NoError(t, r.WriteParquet(path))
			b.exec(t, fmt.Sprintf("create table %s as select * from read_parquet('%s')", r.Name, path))
		}
	}
	b.exec(t,
		"delete from config_utc_days where year(utc_day) <> 2026",
		"create table leads (lead_id varchar, contact_id varchar, created_at timestamp, assigned_at timestamp, converted_at timestamp)",
		`create table stg_activities (activity_id varchar, lead_id varchar, contact_id varchar, happened_at timestamp,
			kind varchar default 'call', direction varchar, is_automated boolean, is_completed boolean)`,
		`create view stg_classified_leads as select lead_id, contact_id, created_at, assigned_at, converted_at, 'Web' as source,
			cast(null as varchar) as campaign_id, cast(null as varchar) as owner_id, cast(null as varchar) as merged_into,
			cast(null as varchar) as opportunity_id, cast(null as varchar) as status, 'A' as segment, 1 as segment_order,
			false as is_deleted_record, false as is_excluded_by_rule, cast(null as timestamp) as mql_at,
			cast(null as timestamp) as accepted_at, cast(null as timestamp) as rejected_at, cast(null as timestamp) as modified_at,
			cast(null as varchar) as breakdown_1, cast(null as varchar) as breakdown_2, cast(null as varchar) as breakdown_3,
			cast(null as varchar) as breakdown_4, cast(null as varchar) as breakdown_5, cast(null as varchar) as breakdown_6,
			cast(null as varchar) as breakdown_7, cast(null as varchar) as breakdown_8 from leads`,
		// nothing else is known of them
		"create table int_lead_segments (lead_id varchar, segment varchar, segment_order integer)",
		`create table int_lead_deals (lead_id varchar, opportunity_id varchar, segment varchar, pipeline varchar, outcome varchar,
			outcome_date date, qualified_on date, furthest_step integer, strict_step integer, created_on date,
			amount decimal(18, 2), won_amount decimal(18, 2))`,
		`create table int_lead_history (lead_id varchar, mql_on date, accepted_on date, rejected_on date, last_accepted_on date,
			rejected_since date, last_step varchar, has_moved_later boolean)`,
		"create table stg_lead_opportunities (lead_id varchar, opportunity_id varchar)",
		"create table int_opportunities (opportunity_id varchar, created_on date)",
		"create table stg_opportunities (opportunity_id varchar, created_at timestamp)",
	)
	written, err := model.Read(models.Files)
	require.NoError(t, err)
	for _, name := range []string{"int_leads", "int_lead_touches", "fct_lead"} {
		m := written[slices.IndexFunc(written, func(m *model.Model) bool { return m.Name == name })]
		b.exec(t, "create view "+name+" as "+m.SQL)
	}

	location, err := time.LoadLocation(zone)
	require.NoError(t, err)
	within, err := time.ParseDuration(sla.RespondWithin)
	require.NoError(t, err)
	b.hours = oracle.OfficeHours{Zone: location}
	b.within = int(within / time.Minute)
	b.hours.Weekdays, err = sla.BusinessHours.Weekdays()
	require.NoError(t, err)
	b.hours.From, b.hours.To, err = sla.BusinessHours.Minutes()
	require.NoError(t, err)
	for _, text := range sla.BusinessHours.Closed {
		day, err := oracle.ParseDay(text)
		require.NoError(t, err)
		b.hours.Holidays = append(b.hours.Holidays, day)
	}
	return b
}

// drawLeads draws leads of the ten days up to a day before the as-of date, and touches up to two
// days after it.
func drawLeads(t *rapid.T, asOf oracle.Day) ([]oracle.LeadClock, []oracle.Touch) {
	first := time.Unix(int64(asOf-10)*86400, 0).UTC()
	moment := func(label string, days int) time.Time {
		return first.Add(time.Duration(rapid.IntRange(0, days*24*60).Draw(t, label)) * time.Minute)
	}
	perhaps := func(label string, days int) *time.Time {
		if !rapid.Bool().Draw(t, "has "+label) {
			return nil
		}
		at := moment(label, days)
		return &at
	}
	leads := make([]oracle.LeadClock, rapid.IntRange(1, 20).Draw(t, "leads"))
	for i := range leads {
		leads[i] = oracle.LeadClock{
			LeadID: fmt.Sprint(i), ContactID: rapid.SampledFrom([]string{"", "k0", "k1", fmt.Sprint("own ", i)}).Draw(t, "contact"),
			CreatedAt: moment("created", 9), AssignedAt: perhaps("assigned", 12), ConvertedAt: perhaps("converted", 12),
		}
	}
	touches := make([]oracle.Touch, rapid.IntRange(0, 30).Draw(t, "touches"))
	for i := range touches {
		touches[i].HappenedAt = moment("touch", 13)
		lead := rapid.SampledFrom(leads).Draw(t, "touched")
		if rapid.Bool().Draw(t, "by lead") {
			touches[i].LeadID = lead.LeadID
		} else {
			touches[i].ContactID = lead.ContactID
		}
	}
	return leads, touches
}

// agree lands the leads and touches and compares what both make of every lead.
func (b *followupBench) agree(t require.TestingT, leads []oracle.LeadClock, touches []oracle.Touch) {
	at := func(moment *time.Time) string {
		if moment == nil {
			return "null"
		}
		return sqlLiteral(*moment)
	}
	tuples := make([]string, len(leads))
	for i, l := range leads {
		tuples[i] = fmt.Sprintf("('%s', %s, %s, %s, %s)", l.LeadID, sqlLiteral(text(l.ContactID)), at(&l.CreatedAt), at(l.AssignedAt), at(l.ConvertedAt))
	}
	b.exec(t, "delete from leads", "delete from stg_activities", "insert into leads values "+strings.Join(tuples, ", "))
	for i, touch := range touches {
		b.exec(t, fmt.Sprintf("insert into stg_activities (activity_id, lead_id, contact_id, happened_at) values ('%d', %s, %s, %s)",
			i, sqlLiteral(text(touch.LeadID)), sqlLiteral(text(touch.ContactID)), at(&touch.HappenedAt)))
	}
	rows := map[string]map[string]string{}
	for _, row := range b.query(t, "select * from fct_lead") {
		rows[row["lead_id"]] = row
	}
	require.Len(t, rows, len(leads))
	for _, lead := range leads {
		want, row := oracle.Follow(lead, touches, b.hours, b.within, b.asOf), rows[lead.LeadID]
		minutes := ""
		if want.Source != "" {
			minutes = fmt.Sprintf("%d.0", want.Minutes) // as DuckDB writes a double
		}
		require.Equal(t, []string{want.Source, minutes, fmt.Sprint(want.IsDue), fmt.Sprint(want.IsWithinSLA)},
			[]string{row["response_source"], row["response_minutes"], row["is_followup_due"], row["is_within_sla"]}, "%+v\n%v", lead, row)
	}
}
