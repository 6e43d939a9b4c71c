package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

func TestHowCellsAreReadIsDecoded(t *testing.T) {
	t.Parallel()
	c := decode(t, `
person_key: env:TRUCE_PERSON_KEY
sources:
  - name: crm
    preset: hubspot
    path: x
    extracts:
      opportunity:
        sheet: Deals
        excel_serials: true
        attributes: {region: {from: Region}}
        constants: {currency: EUR, region: West}
        values: {is_won: {Ja: "true", Nein: "false"}, region: {W: West}}
        fold_case: [lead_source, region]
        only: {Record type: Deal, Deleted: ["", "no"]}
      stage_change:
        unpivot: {headers: 'Date entered "(.+)"', name: stage, value: changed_at}
      lead_opportunity:
        columns: {lead_id: Contacts, opportunity_id: [Deal, Old deal]}
        split: {field: lead_id, separator: '|'}
`)
	require.Equal(t, "env:TRUCE_PERSON_KEY", c.PersonKey)
	deals := c.Sources[0].Extracts["opportunity"]
	require.Equal(t, "Deals", deals.Sheet)
	require.True(t, deals.Serials)
	require.Equal(t, map[string]string{"currency": "EUR", "region": "West"}, deals.Constants)
	require.Equal(t, map[string]config.Words{"is_won": {"Ja": "true", "Nein": "false"}, "region": {"W": "West"}}, deals.Values)
	require.Equal(t, []string{"lead_source", "region"}, deals.FoldCase)
	require.Equal(t, map[string]config.Strings{"Record type": {"Deal"}, "Deleted": {"", "no"}}, deals.Only)
	require.Equal(t, config.Unpivot{Headers: config.Strings{`Date entered "(.+)"`}, Name: "stage", Value: "changed_at"},
		c.Sources[0].Extracts["stage_change"].Unpivot)
	links := c.Sources[0].Extracts["lead_opportunity"]
	require.Equal(t, map[string]config.Strings{"lead_id": {"Contacts"}, "opportunity_id": {"Deal", "Old deal"}}, links.Columns)
	require.Equal(t, config.Split{Field: "lead_id", Separator: "|"}, links.Split)
}

// opening is the beginning of a line that configures one extract of deals; its text begins in column 53.
const (
	opening = "sources: [{name: a, path: x, extracts: {opportunity: "
	closing = "}}]"
)

func TestHowCellsAreReadIsChecked(t *testing.T) {
	t.Parallel()
	const key = "sources[0].extracts.opportunity."
	mistakes := []mistake{
		{"{constants: {amout: '5'}}", `1:67: ` + key + `constants.amout: opportunity has no field or attribute "amout"; did you mean "amount"?`},
		{"{columns: {amount: A}, constants: {amount: '5'}}", "1:97: " + key + "constants.amount: amount is mapped under columns too; keep one of the two"},
		{"{constants: {amount: true}}", "1:75: " + key + "constants.amount: needs text, not true; write it in quotes"},
		{"{attributes: {region: {}}, values: {regio: {a: b}}}", `1:90: ` + key + `values.regio: opportunity has no field or attribute "regio"; did you mean "region"?`},
		{"{values: {stage: {}}}", "1:71: " + key + "values.stage: no word is listed; write the word of the file and what it is read as"},
		{"{values: {stage: Won}}", `1:71: ` + key + `values.stage: needs a mapping, not the text "Won"`},
		{"{fold_case: [stage, amount]}", "1:74: " + key + "fold_case[1]: amount is decimal, and only text has upper and lower case; remove it"},
		{"{fold_case: [stag]}", `1:67: ` + key + `fold_case[0]: opportunity has no field or attribute "stag"; did you mean "stage"?`},
		{"{attributes: {seats: {type: integer}}, fold_case: [seats]}", "1:105: " + key + "fold_case[0]: seats is integer, and only text has upper and lower case; remove it"},
		{"{only: {Type: []}}", "1:68: " + key + "only.Type: no word is listed; write the words of the records that are read"},
		{"{only: {' ': a}}", "1:62: " + key + "only. : the column's header is blank; write it as it stands in the file"},
		{"{unpivot: {name: stage, value: created_at}}", "1:64: " + key + `unpivot.headers: no header is listed; write a regular expression for the headers, such as 'Date entered "(.+)"'`},
		{"{unpivot: {headers: in (.+), value: created_at}}", "1:64: " + key + "unpivot.name: the field is missing; name the field that gets the name in the header"},
		{"{unpivot: {headers: in (.+), name: stage}}", "1:64: " + key + "unpivot.value: the field is missing; name the field that gets the cell"},
		{"{unpivot: {headers: in (.+), name: stage, value: created}}", `1:103: ` + key + `unpivot.value: opportunity has no field or attribute "created"; did you mean "created_at"?`},
		{"{unpivot: {headers: in (.+), name: stage, value: stage}}", "1:103: " + key + "unpivot.value: name and value are the same field; name two fields"},
		{"{columns: {stage: S}, unpivot: {headers: in (.+), name: stage, value: created_at}}", "1:110: " + key + "unpivot.name: stage is mapped under columns too; keep one of the two"},
		{"{unpivot: {headers: [in (.+), in .+], name: stage, value: created_at}}", `1:84: ` + key + `unpivot.headers[1]: "in .+" has no group; put the part of the header that is the name in ( )`},
		{"{unpivot: {headers: 'in (.+', name: stage, value: created_at}}", `1:74: ` + key + `unpivot.headers[0]: "in (.+" is no regular expression; write ( ) [ ] . * + ? and \ with a backslash in front where they mean themselves`},
	}
	mistakes = append(mistakes, []mistake{
		{"{columns: {stage: []}}", "1:72: " + key + "columns.stage: no header is listed; write it as it stands in the file, or remove the key"},
		{"{columns: {stage: [S, ' ']}}", "1:76: " + key + "columns.stage[1]: the column's header is blank; write it as it stands in the file"},
		{"{columns: {stage: {a: b}}}", "1:72: " + key + "columns.stage: needs a list, not a mapping"},
		{"{split: {separator: x}}", "1:62: " + key + "split.field: the field is missing; name the field whose cells are lists"},
		{"{split: {field: owner_i}}", `1:70: ` + key + `split.field: opportunity has no field or attribute "owner_i"; did you mean "owner_id"?`},
		{"{split: {field: amount}}", "1:70: " + key + "split.field: amount is decimal, and only text can be a list; remove it"},
		{"{columns: {owner_id: [a, b]}, split: {field: owner_id}}", "1:99: " + key + "split.field: owner_id is read from several columns; map one column to it"},
		{"{split: {field: owner_id, separator: ' '}}", "1:91: " + key + "split.separator: the separator is blank; write what stands between the parts, such as ;"},
		{
			"{unpivot: {headers: in (.+), name: stage, value: created_at}, split: {field: owner_id}}",
			"1:123: " + key + "split: unpivot makes rows already; keep one of the two",
		},
	}...)
	for i := range mistakes {
		mistakes[i].text = opening + mistakes[i].text + closing
	}
	requireProblems(t, "", mistakes)
	requireProblems(t, minimal[1:], []mistake{
		{"person_key: s3cret", "5:13: person_key: it must say where the secret is, not what it is; write env:NAME or file:PATH"},
		{"person_key: 'env:'", "5:13: person_key: the name after env: is missing; write env:NAME or file:PATH"},
		{"person_key: file", "5:13: person_key: the name after file: is missing; write env:NAME or file:PATH"},
	})
}
