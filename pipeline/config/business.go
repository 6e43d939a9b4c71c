package config

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LeadSLA is how soon sales answers a lead.
type LeadSLA struct {
	RespondWithin string        `yaml:"respond_within" doc:"Business time within which a lead must be answered, such as 8h or 45m." default:"8h"`
	BusinessHours BusinessHours `yaml:"business_hours" doc:"When the clock runs, in the company's time zone."`
}

// BusinessHours is when somebody is there to answer.
type BusinessHours struct {
	Days     string `yaml:"days" doc:"Days of the week, such as mon-fri or mon-thu, sat." default:"mon-fri"`
	From     string `yaml:"from" doc:"Local time at which the day begins, HH:MM." default:"09:00"`
	To       string `yaml:"to" doc:"Local time at which the day ends, HH:MM, up to 24:00." default:"17:00"`
	Holidays string `yaml:"holidays" doc:"File of the days without business hours: a date YYYY-MM-DD on each line, or CSV with a column date."`

	// Closed holds the dates of the file of holidays, YYYY-MM-DD, in order.
	Closed []string `yaml:"-"`
}

// maxHolidayBytes is more than a century of holidays needs.
const maxHolidayBytes = 1 << 20

// dayNames lists the days of the week from Sunday, as time.Weekday counts them.
func dayNames() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// Weekdays tells by time.Weekday on which days there are business hours. The error says what is not
// understood.
func (h BusinessHours) Weekdays() ([7]bool, error) {
	var open [7]bool
	for _, part := range strings.Split(h.Days, ",") {
		if strings.TrimSpace(part) == "" && h.Days == "" {
			break
		}
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, to := weekday(first), weekday(last)
		if from < 0 || to < 0 {
			return open, fmt.Errorf("%q is no day of the week", strings.TrimSpace(part))
		}
		for day := from; ; day = (day + 1) % 7 {
			open[day] = true
			if day == to {
				break
			}
		}
	}
	return open, nil
}

func weekday(text string) int {
	return slices.Index(dayNames(), strings.ToLower(strings.TrimSpace(text)))
}

// Minutes gives the minutes of the local day at which business hours begin and end.
func (h BusinessHours) Minutes() (from, to int, err error) {
	if from, err = minuteOfDay(h.From); err != nil {
		return 0, 0, err
	}
	to, err = minuteOfDay(h.To)
	return from, to, err
}

func minuteOfDay(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	hour, minute, ok := strings.Cut(text, ":")
	h, hourErr := strconv.ParseUint(hour, 10, 8)
	m, minuteErr := strconv.ParseUint(minute, 10, 8)
	if !ok || hourErr != nil || minuteErr != nil || len(hour) > 2 || len(minute) != 2 || m > 59 || h*60+m > 24*60 {
		return 0, fmt.Errorf("%q is no time of day", text)
	}
	return int(h*60 + m), nil
}

// leadSLA checks the promise of sales and reads the file of holidays, which is relative to the
// folder of the configuration.
func (v *validator) leadSLA() {
	sla := &v.config.LeadSLA
	hours, key := &sla.BusinessHours, "lead_sla.business_hours"
	v.duration("lead_sla.respond_within", sla.RespondWithin, time.Minute)
	if _, err := hours.Weekdays(); err != nil {
		v.fail(key+".days", err.Error(), "write days such as mon-fri or mon-thu, sat")
	} else if strings.TrimSpace(hours.Days) == "" {
		v.fail(key+".days", "no day is listed", "write days such as mon-fri")
	}
	from, fromErr := minuteOfDay(hours.From)
	to, toErr := minuteOfDay(hours.To)
	const hint = "write hours and minutes such as 09:00, in quotes"
	switch {
	case fromErr != nil || hours.From == "":
		v.fail(key+".from", fmt.Sprintf("%q is no time of day", hours.From), hint)
	case toErr != nil || hours.To == "":
		v.fail(key+".to", fmt.Sprintf("%q is no time of day", hours.To), hint)
	case to <= from:
		v.fail(key+".to", fmt.Sprintf("%s is not after %s", hours.To, hours.From), "business hours end on the day on which they begin")
	}
	if hours.Holidays == "" {
		return
	}
	path := hours.Holidays
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(v.file), path)
	}
	closed, err := readHolidays(path)
	if err != nil {
		v.fail(key+".holidays", err.Error(), "name a file with a date YYYY-MM-DD on each line, or with a column date")
	}
	hours.Closed = closed
}

// readHolidays gives the different dates of a file in order.
func readHolidays(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s", path)
	case err != nil:
		return nil, fmt.Errorf("read the holidays: %w", err)
	case !info.Mode().IsRegular() || info.Size() > maxHolidayBytes:
		return nil, fmt.Errorf("%s is no list of holidays", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the holidays: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	return parseHolidays(path, bufio.NewReader(file))
}

// parseHolidays reads one date per line, or the column date of CSV with a header. Lines that start
// with # are comments.
func parseHolidays(path string, in io.Reader) ([]string, error) {
	reader := csv.NewReader(in)
	reader.Comment, reader.FieldsPerRecord, reader.TrimLeadingSpace = '#', -1, true
	var closed []string
	column, isFirst := 0, true
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the holidays in %s: %w", path, err)
		}
		if isFirst {
			isFirst = false
			header := slices.IndexFunc(record, func(cell string) bool { return strings.EqualFold(plain(cell), "date") })
			if header >= 0 {
				column = header
				continue
			}
		}
		line, _ := reader.FieldPos(0)
		if column >= len(record) {
			return nil, fmt.Errorf("line %d of %s has no date", line, path)
		}
		day, err := time.Parse(time.DateOnly, plain(record[column]))
		if err != nil {
			return nil, fmt.Errorf("line %d of %s: %q is no date", line, path, plain(record[column]))
		}
		closed = append(closed, day.Format(time.DateOnly))
	}
	if len(closed) == 0 {
		return nil, fmt.Errorf("%s lists no date", path)
	}
	slices.Sort(closed)
	return slices.Compact(closed), nil
}

// plain gives a cell without blanks around it and without the byte order mark of the first one.
func plain(cell string) string { return strings.TrimSpace(strings.TrimPrefix(cell, "\uFEFF")) }
