package sql_test

import (
	"truce/fixtures/oracle"
	"truce/fixtures/oracle/companies"
)

// programme is what a company did to sell better, with its rules as a configuration has them.
type programme struct {
	oracle.Program
	treated, control string
}

// programmes gives what companies do: something in one segment, with and without others to compare with,
// against a competitor where the rule under control may hold too, for a team of owners, and what begins about
// the as-of date or later. One of them began up to thirteen months ago.
func programmes(s oracle.Settings) []programme {
	isIn := func(segment string) func(oracle.Opportunity) bool {
		return func(o oracle.Opportunity) bool { return o.Segment == segment }
	}
	isElsewhere := func(segment string) func(oracle.Opportunity) bool {
		return func(o oracle.Opportunity) bool { return o.Segment != "" && o.Segment != segment }
	}
	isNew := func(o oracle.Opportunity) bool { return o.IsNewBusiness }
	isAgainst := func(o oracle.Opportunity) bool { return o.Competitor == "Acme" }
	isOfTeam := func(o oracle.Opportunity) bool {
		return isKnownOwner(o.OwnerID) && companies.TeamOf(o.OwnerID) == "North"
	}
	longAgo := s.AsOf - oracle.Day(int(s.AsOf)*37%400)
	return []programme{
		{
			oracle.Program{Name: "Training", StartsOn: s.AsOf - 60, Treated: isIn("SMB"), Control: isElsewhere("SMB")},
			"go_to_market = 'SMB'", "go_to_market <> 'SMB'",
		},
		{
			oracle.Program{Name: "New business first", StartsOn: s.AsOf - 60, Treated: isNew},
			"is_new = true", "",
		},
		{
			oracle.Program{Name: "Both", StartsOn: longAgo, Treated: isAgainst, Control: isNew},
			"competitor = 'Acme'", "is_new = true",
		},
		{
			oracle.Program{
				Name: "North", StartsOn: s.AsOf - 10, Treated: isOfTeam,
				Control: func(o oracle.Opportunity) bool { return !isOfTeam(o) },
			},
			"owner.team = 'North'", "owner.team is null",
		},
		{
			oracle.Program{Name: "To come", StartsOn: s.AsOf + oracle.Day(int(s.AsOf)%4-2), Treated: isNew, Control: isElsewhere("")},
			"is_new = true", "go_to_market is not null",
		},
	}
}

// isKnownOwner tells whether the extract of owners has the owner.
func isKnownOwner(id string) bool { return id == "O1" || id == "O2" || id == "O3" }

// companyPrograms gives the programmes as a configuration has them.
func companyPrograms(s oracle.Settings) []any {
	var list []any
	for _, p := range programmes(s) {
		entry := map[string]any{"name": p.Name, "starts": p.StartsOn.String(), "treated": p.treated}
		if p.control != "" {
			entry["control"] = p.control
		}
		list = append(list, entry)
	}
	return list
}
