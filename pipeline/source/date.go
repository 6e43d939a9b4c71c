package source

import (
	"path"
	"regexp"
	"time"
)

var (
	nameDate = regexp.MustCompile(`\d+(?:[-_]\d+)*`)
	dateForm = regexp.MustCompile(`(?:^|[-_])(\d{4}-\d{2}-\d{2}|\d{4}_\d{2}_\d{2}|\d{8})(?:$|[-_])`)
)

// dateOf gives the date in the name of a file: in its own name, or else in that of the nearest
// folder above it, as exports into one folder a day have it. The last date of a name counts, since
// the first may be the start of the range exported.
func dateOf(name string) *time.Time {
	for name != "." && name != "/" && name != "" {
		if date := lastDate(path.Base(name)); date != nil {
			return date
		}
		name = path.Dir(name)
	}
	return nil
}

func lastDate(base string) *time.Time {
	var last *time.Time
	for _, digits := range nameDate.FindAllString(base, -1) {
		for start := 0; start < len(digits); {
			at := dateForm.FindStringSubmatchIndex(digits[start:])
			if at == nil {
				break
			}
			if date := parseDate(digits[start+at[2] : start+at[3]]); date != nil {
				last = date
			}
			start += at[3]
		}
	}
	return last
}

func parseDate(text string) *time.Time {
	for _, layout := range []string{"2006-01-02", "20060102", "2006_01_02"} {
		date, err := time.Parse(layout, text)
		if err == nil && date.Year() >= 1990 && date.Year() < 2100 {
			return &date
		}
	}
	return nil
}
