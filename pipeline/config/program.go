package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Program is something that the company does to sell better, such as a training.
type Program struct {
	Name    string `yaml:"name" doc:"Name of the programme, unique." required:"true"`
	Starts  string `yaml:"starts" doc:"First day, YYYY-MM-DD." required:"true"`
	Treated string `yaml:"treated" doc:"Rule over the deal, its account and its owner for what the programme is about." required:"true"`
	Control string `yaml:"control" doc:"Rule for the deals to compare with; without one only before and after are compared."`
}

func (v *validator) programs() {
	for i, program := range v.config.Programs {
		key := fmt.Sprintf("programs[%d]", i)
		taken := slices.ContainsFunc(v.config.Programs[:i], func(p Program) bool { return strings.EqualFold(p.Name, program.Name) })
		v.properName(key+".name", program.Name, "programme", taken, nil)
		if _, err := time.Parse(time.DateOnly, program.Starts); err != nil {
			v.fail(key+".starts", fmt.Sprintf("%q is no date", program.Starts), "write YYYY-MM-DD")
		}
		if strings.TrimSpace(program.Treated) == "" {
			v.fail(key+".treated", "the rule is missing", "write a condition such as owner.team = 'North'")
		}
		v.rule(key+".control", program.Control)
	}
}
