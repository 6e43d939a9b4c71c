package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones must be known on a machine that has no zone files

	"truce/pipeline/config/nearest"
)

var (
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
	memoryPattern   = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,3})? ?([KMGT]i?B)$`)
)

// validator checks a decoded configuration. It adds to the decoder's problems, at most one per key.
type validator struct {
	*decoder
	config *Config
	broken []string // keys that could not be decoded
}

func validate(c *Config, d *decoder) {
	v := &validator{decoder: d, config: c}
	for _, p := range d.problems {
		v.broken = append(v.broken, p.Key)
	}
	v.company()
	v.sources()
	v.segments()
	v.breakdowns()
	v.processes()
	v.leadProcess()
	v.leadSLA()
	v.activities()
	v.sourcing()
	v.costs()
	v.exchangeRates()
	v.programs()
	v.targets()
	v.checks()
	v.jobs()
	v.engine()
}

// fail reports a problem with a key's value.
func (v *validator) fail(key, message, hint string) { v.failAt(v.placeOf(key), key, message, hint) }

// failKey reports a problem with the key itself, which is a name that someone chose.
func (v *validator) failKey(key, message, hint string) {
	at, ok := v.keys[key]
	if !ok {
		at = v.placeOf(key)
	}
	v.failAt(at, key, message, hint)
}

// failAt drops what only follows from a problem that the key has already.
func (v *validator) failAt(at place, key, message, hint string) {
	known := slices.ContainsFunc(v.problems, func(p Problem) bool { return p.Key == key })
	if !known && !v.isBroken(key) {
		v.problem(at, key, message, hint)
	}
}

// isBroken says whether the key or one around it could not be decoded, so that its value is not what
// is written.
func (v *validator) isBroken(key string) bool {
	return slices.ContainsFunc(v.broken, func(broken string) bool {
		rest, below := strings.CutPrefix(key, broken)
		return below && broken != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

func (v *validator) company() {
	c := v.config
	v.zone("timezone", c.Timezone)
	v.currency("currency", c.Currency)
	if c.FiscalYearStarts < 1 || c.FiscalYearStarts > 12 {
		v.fail("fiscal_year_starts", fmt.Sprintf("%d is no month", c.FiscalYearStarts), "write 1 to 12")
	}
	if c.CohortDays < 1 || c.CohortDays > 3650 {
		v.fail("cohort_days", fmt.Sprintf("%d days cannot be a cohort's", c.CohortDays), "write 1 to 3650")
	}
	v.path("paths.state", c.Paths.State)
	v.path("paths.drop", c.Paths.Drop)
	if c.Models != "" {
		v.path("models", c.Models)
	}
	v.rule("new_business", c.NewBusiness)
	v.rule("exclude.opportunity", c.Exclude.Opportunity)
	v.rule("exclude.lead", c.Exclude.Lead)
	v.names("no_decision_reasons", c.NoDecision)
	v.secret("person_key", c.PersonKey)
}

func (v *validator) zone(key, name string) {
	if name == "" || name == "Local" {
		v.fail(key, fmt.Sprintf("%q is no time zone", name), "write an IANA name such as Europe/Berlin or UTC")
		return
	}
	if _, err := time.LoadLocation(name); err != nil {
		v.fail(key, fmt.Sprintf("unknown time zone %q", name), "write an IANA name such as Europe/Berlin or UTC")
	}
}

func (v *validator) currency(key, code string) {
	if !currencyPattern.MatchString(code) {
		v.fail(key, fmt.Sprintf("%q is no currency", code), "write three upper-case letters such as EUR")
	}
}

func (v *validator) path(key, path string) {
	switch {
	case strings.TrimSpace(path) == "":
		v.fail(key, "the path is missing", "name a folder")
	case strings.HasPrefix(path, "~"):
		v.fail(key, "~ is not replaced by the home folder", "write the whole path")
	}
}

// rule refuses a rule that is written but blank. What it means is checked where its columns are
// known.
func (v *validator) rule(key, text string) {
	if text != "" && strings.TrimSpace(text) == "" {
		v.fail(key, "the rule is blank", "write a condition or remove the key")
	}
}

func (v *validator) duration(key, text string, least time.Duration) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		v.fail(key, fmt.Sprintf("%q is no duration", text), "write hours, minutes and seconds such as 26h or 1h30m")
	case d < least:
		v.fail(key, fmt.Sprintf("%s is too short", text), "write at least "+least.String())
	}
}

// names checks a list of words that the exports use: none is blank, none is there twice.
func (v *validator) names(key string, names []string) {
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		place := fmt.Sprintf("%s[%d]", key, i)
		if strings.TrimSpace(name) == "" {
			v.fail(place, "the name is blank", "remove it")
		} else if seen[name] {
			v.fail(place, fmt.Sprintf("%q is listed twice", name), "remove one")
		}
		seen[name] = true
	}
}

func (v *validator) checks() {
	checks := v.config.Checks
	if rate := checks.Quarantine.Rate; !(rate >= 0 && rate <= 1) {
		v.fail("checks.quarantine.rate", fmt.Sprintf("%v is no share of rows", rate), "write 0 to 1")
	}
	if checks.Quarantine.Rows < 0 {
		v.fail("checks.quarantine.rows", "cannot be negative", "write 0 or more")
	}
	if rate := checks.Restatement.Rate; !(rate >= 0 && rate <= 1) {
		v.fail("checks.restatement.rate", fmt.Sprintf("%v is no share of wins", rate), "write 0 to 1")
	}
	for name, age := range checks.Freshness {
		v.duration("checks.freshness."+name, age, time.Second)
	}
}

func (v *validator) engine() {
	engine := v.config.Engine
	if !memoryPattern.MatchString(engine.MemoryLimit) || strings.Trim(engine.MemoryLimit, "0. KMGTiB") == "" {
		v.fail("engine.memory_limit", fmt.Sprintf("%q is no amount of memory", engine.MemoryLimit),
			"write a number and a unit such as 1GB or 512MiB")
	}
	if engine.Threads < 0 || engine.Threads > 1024 {
		v.fail("engine.threads", fmt.Sprintf("cannot be %d", engine.Threads), "write 0 for one per core, or up to 1024")
	}
	if v.config.Reports.KeepDays < 0 {
		v.fail("reports.keep_days", "cannot be negative", "write 0 to keep all runs")
	}
}

func (v *validator) breakdowns() {
	list := v.config.Breakdowns
	if len(list) > 8 {
		v.fail("breakdowns", fmt.Sprintf("lists %d dimensions, at most 8 are possible", len(list)), "remove some")
	}
	v.names("breakdowns", list)
	valid := v.dimensions()
	for i, name := range list {
		if !slices.Contains(valid, name) {
			key := fmt.Sprintf("breakdowns[%d]", i)
			hint, found := nearest.Name(name, valid)
			if found {
				hint = fmt.Sprintf("did you mean %q?", hint)
			} else {
				hint = "name a field or attribute of the opportunity, its account or its owner, such as owner, team or account.region"
			}
			v.fail(key, fmt.Sprintf("unknown dimension %q", name), hint)
		}
	}
}
