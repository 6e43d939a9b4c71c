package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// mistake is a line of a file with the only problem that it has.
type mistake struct{ text, want string }

func requireProblems(t *testing.T, before string, mistakes []mistake) {
	t.Helper()
	for _, m := range mistakes {
		require.Equal(t, []string{m.want}, problems(t, before+m.text+"\n"), m.text)
	}
}

func TestTheCompanyAndItsFunnelAreChecked(t *testing.T) {
	t.Parallel()
	requireProblems(t, minimal[1:], []mistake{
		{"cohort_days: ten", `5:14: cohort_days: needs a whole number, not the text "ten"`},
		{`cohort_days: "10"`, `5:14: cohort_days: needs a whole number, not the text "10"; write it without quotes`},
		{"cohort_days: 1.5", "5:14: cohort_days: needs a whole number, not 1.5"},
		{"cohort_days: 0", "5:14: cohort_days: 0 days cannot be a cohort's; write 1 to 3650"},
		{"cohort_days:", "5:1: cohort_days: the key has no value; give it one or remove the key"},
		{"cohort_days: [1]", "5:14: cohort_days: needs a whole number, not a list"},
		{"cohort_days: 99999999999999999999", `5:14: cohort_days: needs a whole number, not the text "99999999999999999999"`},
		{"fiscal_year_starts: 13", "5:21: fiscal_year_starts: 13 is no month; write 1 to 12"},
		{"company: [a]", "5:10: company: needs text, not a list"},
		{"company: true", "5:10: company: needs text, not true; write it in quotes"},
		{"company: {a: b}", "5:10: company: needs text, not a mapping"},
		{"Company: Acme", `5:1: Company: unknown key; did you mean "company"?`},
		{`timezone: ""`, `5:11: timezone: "" is no time zone; write an IANA name such as Europe/Berlin or UTC`},
		{"timezone: Local", `5:11: timezone: "Local" is no time zone; write an IANA name such as Europe/Berlin or UTC`},
		{"timezone: +02:00", `5:11: timezone: unknown time zone "+02:00"; write an IANA name such as Europe/Berlin or UTC`},
		{"currency: Euro", `5:11: currency: "Euro" is no currency; write three upper-case letters such as EUR`},
		{"currency: eur", `5:11: currency: "eur" is no currency; write three upper-case letters such as EUR`},
		{`paths: {state: ""}`, "5:16: paths.state: the path is missing; name a folder"},
		{"paths: {drop: ~/drop}", "5:15: paths.drop: ~ is not replaced by the home folder; write the whole path"},
		{"paths: ./var", `5:8: paths: needs a mapping, not the text "./var"`},
		{"segments: SMB", `5:11: segments: needs a list, not the text "SMB"`},
		{"segments: [{name: All, where: x = 1}]", `5:19: segments[0].name: the name "All" is reserved; choose another name`},
		{"segments: [{name: unassigned, where: x = 1}]", `5:19: segments[0].name: the name "unassigned" is reserved; choose another name`},
		{"segments: [{name: A, where: x = 1}, {name: a, where: x = 2}]", `5:44: segments[1].name: the name "a" is taken by another segment; give each segment its own name`},
		{"segments: [{name: A}]", "5:12: segments[0].where: the rule is missing; write a condition such as employees < 100"},
		{"segments: [{where: x = 1}]", "5:12: segments[0].name: the name is missing; give each segment a name"},
		{"segments: [null]", "5:12: segments[0]: the list has an empty entry; remove it"},
		{`segments: [{name: A, where: " "}]`, "5:29: segments[0].where: the rule is missing; write a condition such as employees < 100"},
		{`new_business: "  "`, "5:15: new_business: the rule is blank; write a condition or remove the key"},
		{"breakdowns: [owner, owner]", `5:21: breakdowns[1]: "owner" is listed twice; remove one`},
		{"breakdowns: [ownr]", `5:14: breakdowns[0]: unknown dimension "ownr"; did you mean "owner"?`},
		{"breakdowns: [xyzzy]", `5:14: breakdowns[0]: unknown dimension "xyzzy"; name a field or attribute of the opportunity, its account or its owner, such as owner, team or account.region`},
		{"breakdowns: [owner, team, manager, product, type, lead_source, region, industry, stage]", "5:13: breakdowns: lists 9 dimensions, at most 8 are possible; remove some"},
		{"stages: {won: [Closed Won], lost: [Lost, Closed Won]}", `5:42: stages.lost[1]: "Closed Won" is listed as won too; keep one of the two`},
		{"stages: {won: [A, A]}", `5:19: stages.won[1]: "A" is listed twice; remove one`},
		{"process: [{step: A, stages: [X]}, {step: B, stages: [Y, X]}]", `5:57: process[1].stages[1]: stage "X" belongs to step "A" already; keep it in one step`},
		{"process: [{step: A}, {step: B, stages: [A]}]", `5:41: process[1].stages[0]: stage "A" belongs to step "A" already; keep it in one step`},
		{"process: [{step: A}, {step: a, stages: [C]}]", `5:29: process[1].step: the name "a" is taken by another step; give each step its own name`},
		{"process: [{step: Won, stages: [C]}]", `5:18: process[0].step: the name "Won" is reserved; choose another name`},
		{"process: [{stages: [C]}]", "5:11: process[0].step: the name is missing; give each step a name"},
		{`lead_process: {mql: [""]}`, "5:22: lead_process.mql[0]: the name is blank; remove it"},
		{"costs: {categories: {marketing: [Ads], sales: [Ads]}}", `5:48: costs.categories.sales[0]: "Ads" is listed as marketing too; keep one of the two`},
		{"costs: {market_entry_wins: 0}", "5:28: costs.market_entry_wins: 0 is no number of wins; write 1 to 1000000"},
		{"process: [{step: none, stages: [C]}]", `5:18: process[0].step: the name "none" is reserved; choose another name`},
		{"sourcing: {marketing: [Web], sales: [Call, Web]}", `5:44: sourcing.sales[1]: lead source "Web" means marketing already; keep it in one list`},
		{"costs: {driver: wins}", `5:17: costs.driver: unknown value "wins"; valid are even, headcount, leads, opportunity_days`},
	})
}

func TestRatesJobsAndLimitsAreChecked(t *testing.T) {
	t.Parallel()
	requireProblems(t, minimal[1:], []mistake{
		{"exchange_rates: [{currency: EUR, valid_from: 2026-02-30, rate: 1}]", `5:46: exchange_rates[0].valid_from: "2026-02-30" is no date; write YYYY-MM-DD`},
		{"exchange_rates: [{currency: EUR, valid_from: 2026-02-01, rate: 0}]", `5:64: exchange_rates[0].rate: "0" is no rate; write a number above 0 with at most 8 decimals such as 1.0845`},
		{"exchange_rates: [{currency: EUR, valid_from: 2026-02-01, rate: -1}]", `5:64: exchange_rates[0].rate: "-1" is no rate; write a number above 0 with at most 8 decimals such as 1.0845`},
		{"exchange_rates: [{currency: EUR, valid_from: 2026-02-01, rate: 1.123456789}]", `5:64: exchange_rates[0].rate: "1.123456789" is no rate; write a number above 0 with at most 8 decimals such as 1.0845`},
		{`exchange_rates: [{currency: EUR, valid_from: 2026-02-01, rate: "1,5"}]`, `5:64: exchange_rates[0].rate: "1,5" is no rate; write a number above 0 with at most 8 decimals such as 1.0845`},
		{"exchange_rates: [{currency: USD, valid_from: 2026-02-01, rate: 1}]", "5:29: exchange_rates[0].currency: USD is the reporting currency, whose rate is 1; remove the entry"},
		{"exchange_rates: [{currency: EUR, valid_from: 2026-02-01, rate: 1}, {currency: EUR, valid_from: 2026-02-01, rate: 2}]", "5:68: exchange_rates[1]: EUR has a rate from 2026-02-01 already; keep one of the two"},
		{"checks: {quarantine: {rate: 2}}", "5:29: checks.quarantine.rate: 2 is no share of rows; write 0 to 1"},
		{"checks: {restatement: {rate: 2}}", "5:30: checks.restatement.rate: 2 is no share of wins; write 0 to 1"},
		{"checks: {quarantine: {rate: .nan}}", "5:29: checks.quarantine.rate: needs a number, not .nan"},
		{"checks: {quarantine: {rows: -1}}", "5:29: checks.quarantine.rows: cannot be negative; write 0 or more"},
		{"checks: {freshness: {opportunity: 26}}", `5:35: checks.freshness.opportunity: "26" is no duration; write hours, minutes and seconds such as 26h or 1h30m`},
		{"checks: {freshness: {opportunity: -2h}}", "5:35: checks.freshness.opportunity: -2h is too short; write at least 1s"},
		{"checks: {freshness: {deals: 26h}}", "5:22: checks.freshness.deals: unknown entity; valid are account, activity, campaign, campaign_touch, content, content_use, cost, exchange_rate, lead, lead_opportunity, lead_status_change, opportunity, opportunity_account, opportunity_merge, opportunity_split, owner, quota, stage, stage_change"},
		{`jobs: {Nightly: {cron: "30 2 * * *"}}`, `5:8: jobs.Nightly: "Nightly" cannot be a job's name; use lower-case letters, digits and single - such as nightly`},
		{`jobs: {../x: {cron: "30 2 * * *"}}`, `5:8: jobs.../x: "../x" cannot be a job's name; use lower-case letters, digits and single - such as nightly`},
		{"jobs: {n: {}}", `5:11: jobs.n.cron: the cron specification is missing; write five fields such as "30 2 * * *"`},
		{`jobs: {n: {cron: "30 2 * *"}}`, `5:18: jobs.n.cron: "30 2 * *" is no cron specification: expected exactly 5 fields, found 4: [30 2 * *]; write five fields such as "30 2 * * *"`},
		{`jobs: {n: {cron: "61 2 * * *"}}`, `5:18: jobs.n.cron: "61 2 * * *" is no cron specification: end of range (61) above maximum (59): 61; write five fields such as "30 2 * * *"`},
		{`jobs: {n: {cron: "0 0 30 2 *"}}`, `5:18: jobs.n.cron: "0 0 30 2 *" never comes; write five fields such as "30 2 * * *"`},
		{`jobs: {n: {cron: "TZ=UTC"}}`, `5:18: jobs.n.cron: the time zone does not belong into the cron specification; use the key timezone; write five fields such as "30 2 * * *"`},
		{`jobs: {n: {cron: "CRON_TZ=UTC 30 2 * * *"}}`, `5:18: jobs.n.cron: the time zone does not belong into the cron specification; use the key timezone; write five fields such as "30 2 * * *"`},
		{`jobs: {n: {cron: "@every 0s"}}`, `5:18: jobs.n.cron: "@every 0s" is no cron specification: parser does not accept descriptors: @every 0s; write five fields such as "30 2 * * *"`},
		{`jobs: {n: {cron: "@daily"}}`, `5:18: jobs.n.cron: "@daily" is no cron specification: parser does not accept descriptors: @daily; write five fields such as "30 2 * * *"`},
		{`jobs: {n: {cron: "30 2 * * *", timezone: Mars}}`, `5:42: jobs.n.timezone: unknown time zone "Mars"; write an IANA name such as Europe/Berlin or UTC`},
		{`jobs: {n: {cron: "30 2 * * *", catch_up: never}}`, `5:42: jobs.n.catch_up: unknown value "never"; valid are all, latest, skip`},
		{`jobs: {n: {cron: "30 2 * * *", timeout: 0s}}`, "5:41: jobs.n.timeout: 0s is too short; write at least 1s"},
		{`jobs: {n: {cron: "30 2 * * *", jitter: 5}}`, `5:40: jobs.n.jitter: "5" is no duration; write hours, minutes and seconds such as 26h or 1h30m`},
		{"reports: {keep_days: -1}", "5:22: reports.keep_days: cannot be negative; write 0 to keep all runs"},
		{`reports: {duckdb: "yes"}`, `5:19: reports.duckdb: needs true or false, not the text "yes"`},
		{"reports: {duckdb: yes}", `5:19: reports.duckdb: needs true or false, not the text "yes"`},
		{"engine: {memory_limit: lots}", `5:24: engine.memory_limit: "lots" is no amount of memory; write a number and a unit such as 1GB or 512MiB`},
		{"engine: {memory_limit: 0GB}", `5:24: engine.memory_limit: "0GB" is no amount of memory; write a number and a unit such as 1GB or 512MiB`},
		{"engine: {threads: -1}", "5:19: engine.threads: cannot be -1; write 0 for one per core, or up to 1024"},
		{"sources2: [{name: x}]", `5:1: sources2: unknown key; did you mean "sources"?`},
		{`"": x`, "5:1: unknown key; valid are activities, breakdowns, checks, cohort_days, company, costs, currency, engine, exchange_rates, exclude, fiscal_year_starts, jobs, lead_process, lead_sla, models, new_business, no_decision_reasons, paths, person_key, pipelines, process, programs, reports, segments, segments_as_of, sources, sourcing, stages, targets, timezone"},
		{"exclude: {opportunity: [a]}", "5:24: exclude.opportunity: needs text, not a list"},
		{"company: !!str x", "5:10: company: tags such as !!str are not supported; remove the tag, or put the text in quotes"},
		{"company: *nothing", "5:10: company: alias *nothing refers to nothing above it; put text that starts with * in quotes"},
		{"? [a, b] : c", "5:10: the file is no valid YAML: found an invalid key for this map"},
		{"1: 2", "5:1: 1: unknown key; valid are activities, breakdowns, checks, cohort_days, company, costs, currency, engine, exchange_rates, exclude, fiscal_year_starts, jobs, lead_process, lead_sla, models, new_business, no_decision_reasons, paths, person_key, pipelines, process, programs, reports, segments, segments_as_of, sources, sourcing, stages, targets, timezone"},
	})
}

func TestEverySourceIsChecked(t *testing.T) {
	t.Parallel()
	requireProblems(t, "", []mistake{
		{"{}", "1:1: sources: no source is configured; name at least one folder of exports"},
		{"sources: []", "1:10: sources: no source is configured; name at least one folder of exports"},
		{"sources: {}", "1:10: sources: needs a list, not a mapping"},
		{"sources: [{name: a, path: x}]", "1:11: sources[0].extracts: the preset generic needs extracts; list the entities that the source has, such as opportunity"},
		{"sources: [{name: a, path: x, preset: excel}]", `1:38: sources[0].preset: unknown value "excel"; valid are airbyte-hubspot, airbyte-salesforce, dynamics, fivetran-hubspot, fivetran-salesforce, generic, hubspot, pipedrive, salesforce, salesforce-report, zoho`},
		{"sources: [{name: a, path: x, preset: salesforce, mode: full}]", `1:56: sources[0].mode: unknown value "full"; valid are delta, snapshot`},
		{"sources: [{name: a/b, path: x, preset: salesforce}]", `1:18: sources[0].name: "a/b" cannot be a source's name; use letters, digits, - and _`},
		{`sources: [{name: "..", path: x, preset: salesforce}]`, `1:18: sources[0].name: ".." cannot be a source's name; use letters, digits, - and _`},
		{"sources: [{name: a, path: x, preset: salesforce}, {name: A, path: y, preset: salesforce}]", `1:58: sources[1].name: the name "A" is taken by another source; give each source its own name`},
		{"sources: [{name: a, path: x, extracts: {cost: {columns: {month: M}}}}]", "1:10: sources: no source has the entity opportunity; add it to the extracts of the source that has the deals"},
		{"sources: [{name: a, path: x, extracts: {opportunity: {files: ../x.csv}}}]", `1:62: sources[0].extracts.opportunity.files[0]: "../x.csv" leads out of the source's path; write it relative to the source's path, without ..`},
		{"sources: [{name: a, path: x, extracts: {opportunity: {files: [a.csv, /x.csv]}}}]", `1:70: sources[0].extracts.opportunity.files[1]: "/x.csv" leads out of the source's path; write it relative to the source's path, without ..`},
		{`sources: [{name: a, path: x, extracts: {opportunity: {files: "[a.csv"}}}]`, `1:62: sources[0].extracts.opportunity.files[0]: "[a.csv" is no pattern; close the bracket, or write * and ? only`},
		{"sources: [{name: a, path: x, extracts: {opportunity: {files: {a: b}}}}]", "1:62: sources[0].extracts.opportunity.files: needs a list, not a mapping"},
		{`sources: [{name: a, path: x, extracts: {opportunity: {columns: {amount: ""}}}}]`, "1:73: sources[0].extracts.opportunity.columns.amount: the column's header is blank; write it as it stands in the file"},
		{"sources: [{name: a, path: x, extracts: {opportunity: {columns: {amount: [[a]]}}}}]", "1:74: sources[0].extracts.opportunity.columns.amount[0]: needs text, not a list"},
		{"sources: [{name: a, path: x, extracts: {opportunity: {attributes: {Region: {from: R}}}}}]", `1:68: sources[0].extracts.opportunity.attributes.Region: "Region" cannot be an attribute's name; use lower-case letters, digits and _, such as deal_size`},
		{"sources: [{name: a, path: x, extracts: {opportunity: {attributes: {_x: {from: R}}}}}]", "1:68: sources[0].extracts.opportunity.attributes._x: names that start with _ are reserved; drop the underscore"},
		{"sources: [{name: a, path: x, extracts: {opportunity: {attributes: {amount: {from: R}}}}}]", `1:68: sources[0].extracts.opportunity.attributes.amount: opportunity has a field "amount"; map it under columns, or choose another name`},
		{"sources: [{name: a, path: x, extracts: {opportunity: {attributes: {order: {from: R}}}}}]", `1:68: sources[0].extracts.opportunity.attributes.order: "order" is a word of SQL; choose another name such as order_name`},
		{"sources: [{name: a, path: x, extracts: {opportunity: {attributes: {x: {type: int}}}}}]", `1:78: sources[0].extracts.opportunity.attributes.x.type: unknown value "int"; valid are boolean, date, decimal, integer, rate, text, timestamp`},
		{"sources: [{name: a, path: x, extracts: {opportunity: {attributes: {x: Region}}}}]", `1:71: sources[0].extracts.opportunity.attributes.x: needs a mapping, not the text "Region"`},
		{`sources: [{name: a, path: "~/x", extracts: {opportunity: {}}}]`, "1:27: sources[0].path: ~ is not replaced by the home folder; write the whole path"},
	})
}
