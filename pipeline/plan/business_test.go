package plan

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

// TestBusinessHoursOfADay looks at days on which the clocks of a zone are put forward or back, some
// of them at midnight, and at a date that a zone left out.
func TestBusinessHoursOfADay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, day, from, to string
		opens, closes       string // UTC
	}{
		{"Europe/Berlin", "2026-01-15", "09:00", "17:00", "2026-01-15 08:00", "2026-01-15 16:00"},
		{"Europe/Berlin", "2026-07-15", "09:00", "17:00", "2026-07-15 07:00", "2026-07-15 15:00"},
		{"Europe/Berlin", "2026-03-29", "00:00", "24:00", "2026-03-28 23:00", "2026-03-29 22:00"},
		{"Europe/Berlin", "2026-03-29", "02:30", "04:00", "2026-03-29 01:00", "2026-03-29 02:00"},
		{"Europe/Berlin", "2026-10-25", "00:00", "24:00", "2026-10-24 22:00", "2026-10-25 23:00"},
		{"America/Santiago", "2026-09-06", "00:00", "12:00", "2026-09-06 04:00", "2026-09-06 15:00"},
		{"America/Santiago", "2026-09-05", "12:00", "24:00", "2026-09-05 16:00", "2026-09-06 04:00"},
		{"Asia/Kolkata", "2026-03-02", "09:00", "17:00", "2026-03-02 03:30", "2026-03-02 11:30"},
		{"Pacific/Apia", "2011-12-29", "09:00", "24:00", "2011-12-29 19:00", "2011-12-30 10:00"},
		{"Pacific/Apia", "2011-12-30", "09:00", "17:00", "", ""},
		{"Pacific/Apia", "2011-12-31", "00:00", "17:00", "2011-12-30 10:00", "2011-12-31 03:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		hours, err := businessHours(config.LeadSLA{BusinessHours: config.BusinessHours{Days: "mon-sun", From: c.from, To: c.to}})
		require.NoError(t, err)
		i, isOpen := hours.on(day(t, c.day), zone)
		require.Equal(t, c.opens != "", isOpen, "%s %s", c.zone, c.day)
		if isOpen {
			const layout = "2006-01-02 15:04"
			require.Equal(t, c.opens, time.Unix(i.opens, 0).UTC().Format(layout), "%s %s %s", c.zone, c.day, c.from)
			require.Equal(t, c.closes, time.Unix(i.closes, 0).UTC().Format(layout), "%s %s %s", c.zone, c.day, c.to)
		}
	}
}

// TestEveryBusinessSecondIsInOneUTCDay adds the hours of UTC days up and compares them with the sum
// over local days.
func TestEveryBusinessSecondIsInOneUTCDay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "Atlantic/Azores", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kolkata"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for _, to := range []string{"17:00", "24:00"} {
			hours, err := businessHours(config.LeadSLA{BusinessHours: config.BusinessHours{
				Days: "mon-fri, sun", From: "00:00", To: to, Closed: []string{"2026-01-01"},
			}})
			require.NoError(t, err)
			asOf := day(t, "2026-06-30")
			rows := businessIntervals(hours, zone, asOf).Rows
			last := rows[len(rows)-1]
			require.Equal(t, asOf+2, last[0])
			end := int64(asOf+2) * daySeconds
			want := int64(0)
			for d := undated() - 3; d <= asOf+3; d++ {
				if i, ok := hours.on(d, zone); ok {
					want += max(min(i.closes, end)-max(i.opens, int64(undated()-2)*daySeconds), 0)
				}
			}
			require.Equal(t, want, last[1], "%s to %s", name, to)
		}
	}
}
