package config_test

import "testing"

func TestProgramsAreChecked(t *testing.T) {
	t.Parallel()
	requireProblems(t, minimal[1:], []mistake{
		{`programs: [{name: A, starts: 2026-02-30, treated: "a = 1"}]`, `5:30: programs[0].starts: "2026-02-30" is no date; write YYYY-MM-DD`},
		{`programs: [{name: A, starts: 2026-03-01}]`, `5:12: programs[0].treated: the rule is missing; write a condition such as owner.team = 'North'`},
		{`programs: [{name: A, starts: 2026-03-01, treated: "a = 1", control: " "}]`, `5:69: programs[0].control: the rule is blank; write a condition or remove the key`},
		{
			`programs: [{name: A, starts: 2026-03-01, treated: "a = 1"}, {name: a, starts: 2026-03-01, treated: "a = 1"}]`,
			`5:68: programs[1].name: the name "a" is taken by another programme; give each programme its own name`,
		},
	})
}
