package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var (
	jobPattern  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	ratePattern = regexp.MustCompile(`^[0-9]{1,10}(\.[0-9]{1,8})?$`)
)

// properName checks a name that reports show, among names that Truce gives itself.
func (v *validator) properName(key, name, what string, taken bool, reserved []string) {
	isReserved := slices.ContainsFunc(reserved, func(r string) bool { return strings.EqualFold(r, name) })
	switch {
	case strings.TrimSpace(name) == "":
		v.fail(key, "the name is missing", "give each "+what+" a name")
	case strings.TrimSpace(name) != name || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		v.fail(key, fmt.Sprintf("%q has blanks around it or control characters", name), "remove them")
	case isReserved:
		v.fail(key, fmt.Sprintf("the name %q is reserved", name), "choose another name")
	case taken:
		v.fail(key, fmt.Sprintf("the name %q is taken by another %s", name, what), "give each "+what+" its own name")
	}
}

// leadProcess refuses a status that means two steps.
func (v *validator) leadProcess() {
	words := v.config.LeadProcess
	taken := make(map[string]string)
	for _, list := range []struct {
		key      string
		statuses []string
	}{{"mql", words.MQL}, {"accepted", words.Accepted}, {"rejected", words.Rejected}, {"recycled", words.Recycled}} {
		key := "lead_process." + list.key
		v.names(key, list.statuses)
		for i, status := range list.statuses {
			if other, ok := taken[status]; ok && other != list.key {
				v.fail(fmt.Sprintf("%s[%d]", key, i), fmt.Sprintf("status %q means %s already", status, other), "keep it in one list")
			}
			taken[status] = list.key
		}
	}
}

// sourcing refuses a lead source that means two origins.
func (v *validator) sourcing() {
	words := v.config.Sourcing
	taken := make(map[string]string)
	for _, list := range []struct {
		key     string
		sources []string
	}{{"marketing", words.Marketing}, {"sales", words.Sales}, {"partner", words.Partner}} {
		key := "sourcing." + list.key
		v.names(key, list.sources)
		for i, source := range list.sources {
			if other, ok := taken[source]; ok && other != list.key {
				v.fail(fmt.Sprintf("%s[%d]", key, i), fmt.Sprintf("lead source %q means %s already", source, other), "keep it in one list")
			}
			taken[source] = list.key
		}
	}
}

func (v *validator) costs() {
	categories := v.config.Costs.Categories
	v.names("costs.categories.marketing", categories.Marketing)
	v.names("costs.categories.sales", categories.Sales)
	for i, name := range categories.Sales {
		if slices.Contains(categories.Marketing, name) {
			v.fail(fmt.Sprintf("costs.categories.sales[%d]", i), fmt.Sprintf("%q is listed as marketing too", name), "keep one of the two")
		}
	}
	if wins := v.config.Costs.MarketEntryWins; wins < 1 || wins > 1000000 {
		v.fail("costs.market_entry_wins", fmt.Sprintf("%d is no number of wins", wins), "write 1 to 1000000")
	}
}

func (v *validator) exchangeRates() {
	rates := v.config.ExchangeRates
	for i, rate := range rates {
		key := fmt.Sprintf("exchange_rates[%d]", i)
		v.currency(key+".currency", rate.Currency)
		if rate.Currency == v.config.Currency {
			v.fail(key+".currency", rate.Currency+" is the reporting currency, whose rate is 1", "remove the entry")
		}
		if _, err := time.Parse(time.DateOnly, rate.ValidFrom); err != nil {
			v.fail(key+".valid_from", fmt.Sprintf("%q is no date", rate.ValidFrom), "write YYYY-MM-DD")
		}
		if !ratePattern.MatchString(rate.Rate) || strings.Trim(rate.Rate, "0.") == "" {
			v.fail(key+".rate", fmt.Sprintf("%q is no rate", rate.Rate), "write a number above 0 with at most 8 decimals such as 1.0845")
		}
		if slices.ContainsFunc(rates[:i], func(r ExchangeRate) bool {
			return r.Currency == rate.Currency && r.ValidFrom == rate.ValidFrom
		}) {
			v.fail(key, fmt.Sprintf("%s has a rate from %s already", rate.Currency, rate.ValidFrom), "keep one of the two")
		}
	}
}

func (v *validator) jobs() {
	for _, name := range slices.Sorted(maps.Keys(v.config.Jobs)) {
		job, key := v.config.Jobs[name], "jobs."+name
		if !jobPattern.MatchString(name) || len(name) > 64 {
			v.failKey(key, fmt.Sprintf("%q cannot be a job's name", name), "use lower-case letters, digits and single - such as nightly")
		}
		if message := cronProblem(job.Cron); message != "" {
			v.fail(key+".cron", message, `write five fields such as "30 2 * * *"`)
		}
		if job.Timezone != v.config.Timezone {
			v.zone(key+".timezone", job.Timezone)
		}
		v.duration(key+".jitter", job.Jitter, 0)
		v.duration(key+".timeout", job.Timeout, time.Second)
	}
}

// cronProblem says what is wrong with a cron specification, or nothing. The parser panics on some
// texts, and gives a schedule that never fires for a day that no month has.
func cronProblem(spec string) (message string) {
	defer func() {
		if recover() != nil {
			message = fmt.Sprintf("%q is no cron specification", spec)
		}
	}()
	if strings.TrimSpace(spec) == "" {
		return "the cron specification is missing"
	}
	if strings.Contains(spec, "TZ=") {
		return "the time zone does not belong into the cron specification; use the key timezone"
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	schedule, err := parser.Parse(spec)
	if err != nil {
		return fmt.Sprintf("%q is no cron specification: %v", spec, err)
	}
	if schedule.Next(time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return fmt.Sprintf("%q never comes", spec)
	}
	return ""
}
