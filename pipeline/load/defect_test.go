package load

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// defectHeader is the header of a defective text that has no other.
const defectHeader = "opportunity_id,stage,amount,close_date,name\n"

// defect is a defect of an export, with the exact rows that are refused.
type defect struct {
	name        string
	change      func(*Extract)
	text        string
	ids         string // lines and ids of the loaded rows, in order; "..." does not look
	quarantined []string
	blank       int64
	ignored     int64
}

// defectsOfQuotes lists quotes and field counts, as the lexer sees them.
func defectsOfQuotes() []defect {
	return []defect{
		{
			name: "an unclosed quote costs its first line only",
			text: defectHeader + "a1,Won,1,,x\na2,Won,1,,\"x\na3,Won,1,,x\na4,Won,1,,x\n",
			ids:  "2 a1, 4 a3, 5 a4", quarantined: []string{"3 malformed"},
		},
		{
			name: "an unclosed quote before other quotes",
			text: defectHeader + "a1,Won,1,,\"x\na2,Won,1,,\"y\"\na3,Won,1,,\"z\"\n",
			ids:  "3 a2, 4 a3", quarantined: []string{"2 malformed"},
		},
		{
			name: "a quote that is unclosed for 1 MiB",
			text: defectHeader + "a1,Won,1,,\"x\n" + strings.Repeat("a2,Won,1,,y\n", 100_000) + "a3,Won,1,,\"z\"\n",
			ids:  "...", quarantined: []string{"2 malformed"},
		},
		{name: "text after a closing quote", text: defectHeader + "a1,Won,1,,\"x\"y\na2,Won,1,,x\n", ids: "3 a2", quarantined: []string{"2 malformed"}},
		{
			name: "short and long rows", text: defectHeader + "a1,Won,1,\na2,Won,1,,x,y\na3,Won,1,,x\n",
			ids: "4 a3", quarantined: []string{"2 field_count", "3 field_count"},
		},
		{
			name: "a quoted field over lines in a record of the wrong size",
			text: defectHeader + "a1,Won,1,,\"x\ny\",z\na2,Won,1,,x\n", ids: "4 a2", quarantined: []string{"2 field_count", "3 field_count"},
		},
		{
			name: "mixed line ends, and quotes and newlines inside a field",
			text: defectHeader + "a1,Won,1,,x\r\na2,Won,1,,\"x \"\"y\"\"\r\nz\rz\"\ra3,Won,1,,x\na4,Won,1,,\"x\"",
			ids:  "2 a1, 3 a2, 6 a3, 7 a4",
		},
		{name: "a quote inside a plain field", text: defectHeader + "a1,Won,1,,5\" pipe\na2,Won,1,,x\n", ids: "2 a1, 3 a2"},
	}
}

// defectsOfText lists characters, comments, blank lines and footers.
func defectsOfText() []defect {
	return []defect{
		{name: "a row that starts with #", text: defectHeader + "#1,Won,1,,x\n", ids: "2 #1"},
		{
			name: "comments by preset", change: func(x *Extract) { x.Comments = "#" },
			text: "# \"made by\n" + defectHeader + "#1,Won,1,,x\na1,Won,1,,x\n", ids: "4 a1", ignored: 2,
		},
		{
			name: "NUL and control characters",
			text: defectHeader + "a1,Won,1,,x\x00\na2,Won,1,,x\x01\na3,Won,1,,x\x7f\na4,Won,1,,x\u0085\na5,Won,1,,\"x\ty\r\nz\"\n",
			ids:  "6 a5", quarantined: []string{"2 nul", "3 name control_character", "4 name control_character", "5 name control_character"},
		},
		{
			name: "NUL, control characters and bad bytes in a column that nothing reads",
			text: "opportunity_id,stage,secret\na1,Won,\x01\na2,Won,\x00\na3,Won,\xff\na4,Won,\n",
			ids:  "2 a1, 5 a4", quarantined: []string{"3 nul", "4 encoding"},
		},
		{name: "a lone invalid byte", text: defectHeader + "a1,Won,1,,caf\xe9\na2,Won,1,,café\n", ids: "3 a2", quarantined: []string{"2 encoding"}},
		{name: "blank lines", text: "\n" + defectHeader + "\n \t\na1,Won,1,,x\n\n\n", ids: "5 a1", blank: 5},
		{
			name:   "trailing footers",
			change: func(x *Extract) { x.Footers = []string{"Grand Totals", "Confidential", "Copyright"} },
			text: defectHeader + "Grand Totals,x,1,,\na1,Won,1,,x\nCopyright,of\na2,Won,1,,x\n\"Grand Totals\",,5,,\n\n\n" +
				"\"Confidential Information - Do Not Distribute\"\nCopyright (c) 2000-2017 salesforce.com, inc. All rights reserved.\n\n",
			ids: "2 Grand Totals, 3 a1, 5 a2", quarantined: []string{"4 field_count"}, blank: 3, ignored: 3,
		},
	}
}

// defectsOfShape lists limits, delimiters and headers.
func defectsOfShape() []defect {
	mib := strings.Repeat("x", 1<<20)
	return []defect{
		{name: "a field over the limit", text: defectHeader + "a1,Won,1,," + mib + "y\na2,Won,1,,x\n", ids: "3 a2", quarantined: []string{"2 too_long"}},
		{
			name: "a quoted field over the limit", text: defectHeader + "a1,Won,1,,\"" + mib + "y\"\na2,Won,1,,x\n",
			ids: "3 a2", quarantined: []string{"2 too_long"},
		},
		{
			name: "a line far over the limit", text: defectHeader + "a1,Won,1,," + strings.Repeat(mib, 20) + "\na2,Won,1,,x\n",
			ids: "3 a2", quarantined: []string{"2 too_long"},
		},
		{name: "semicolons", text: "opportunity_id;stage;name\na1;Won;x, y\n", ids: "2 a1"},
		{name: "tabs", text: "opportunity_id\tstage\tname\na1\tWon\t\n", ids: "2 a1"},
		{name: "pipes", text: "opportunity_id|stage|name\na1|Won|x;y\n", ids: "2 a1"},
		{name: "sep= for Excel", text: "sep=;\nopportunity_id;stage\na1;Won\n", ids: "3 a1", ignored: 1},
		{name: "byte order mark", text: "\ufeff\"opportunity_id\",stage\na1,Won\n", ids: "2 a1"},
		{name: "reordered header in other letters", text: "Stage, OPPORTUNITY_ID \nWon,a1\n", ids: "2 a1"},
	}
}

// defectsOfValues lists keys, ids, numbers and dates.
func defectsOfValues() []defect {
	return []defect{
		{name: "a null key", text: defectHeader + " ,Won,1,,x\n\"\",Won,1,,x\na1,Won,1,,x\n", ids: "4 a1", quarantined: []string{
			"2 opportunity_id null_key", "3 opportunity_id null_key",
		}},
		{
			name: "ids that a spreadsheet rounded",
			text: "opportunity_id,stage,owner_id,name\n5.80E+18,Won,,x\na1,Won,\"5,8E+18\",x\na2,Won,5E18,5.80E+18\n",
			ids:  "4 a2", quarantined: []string{"2 opportunity_id mangled_id", "3 owner_id mangled_id"},
		},
		{
			name: "decimals beyond the contract",
			text: defectHeader + "a1,Won,1054.000,,x\na2,Won,1054.001,,x\na3,Won,99999999999999999.00,,x\na4,Won,-0.5,,x\n",
			ids:  "2 a1, 5 a4", quarantined: []string{"3 amount decimal", "4 amount decimal"},
		},
		{
			name: "dates that are none", text: defectHeader + "a1,Won,1,2017-02-30,x\na2,Won,1,May-20,x\na3,Won,1,42795,x\n" +
				"a4,Won,1,1899-12-31,x\na5,Won,1,2201-01-01,x\na6,Won,1,2016-02-29,x\na7,Won,1,2017-03-01T25:00:00Z,x\n",
			ids: "7 a6", quarantined: []string{
				"2 close_date date", "3 close_date date", "4 close_date date", "5 close_date date", "6 close_date date", "8 close_date date",
			},
		},
		{name: "nothing but a key", text: defectHeader + "a1,,,,\n", ids: "2 a1"},
		{name: "a file without a last line end", text: defectHeader + "a1,Won,1,,x", ids: "2 a1"},
	}
}

func TestDefects(t *testing.T) {
	t.Parallel()
	cases := slices.Concat(defectsOfQuotes(), defectsOfText(), defectsOfShape(), defectsOfValues())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := opportunity(t)
			if c.change != nil {
				c.change(&x)
			}
			l := loadText(t, x, c.text)
			require.Equal(t, c.quarantined, l.quarantined(t))
			if c.ids != "..." {
				rows := l.rows(t, "opportunity_id")
				for i := range rows {
					rows[i] = strings.Replace(rows[i], "|", " ", 1)
				}
				require.Equal(t, c.ids, strings.Join(rows, ", "))
			} else {
				require.EqualValues(t, 100_001, l.Counts.Loaded)
			}
			require.Equal(t, c.blank, l.Counts.Blank)
			require.Equal(t, c.ignored, l.Counts.Ignored)
			rules := map[string]int64{}
			for _, q := range c.quarantined {
				words := strings.Fields(q)
				rules[words[len(words)-1]]++
			}
			require.Equal(t, rules, l.Rules)
		})
	}
}

// badFile is a file that is refused, with what the error must say.
type badFile struct {
	name, text   string
	change       func(*Extract)
	line         int64
	reason, hint string
}

// badHeaders lists files whose beginning cannot be used.
func badHeaders() []badFile {
	return []badFile{
		{name: "empty", text: "", reason: "it is empty"},
		{name: "only a byte order mark", text: "\ufeff", reason: "it is empty"},
		{name: "only blank lines", text: "\n \r\n", reason: "blank lines"},
		{
			name: "a missing required column", text: "OpportunityID,stage\na1,Won\n", line: 1,
			reason: "no column for the required field opportunity_id of opportunity",
			hint:   `set extracts.opportunity.columns.opportunity_id, perhaps to "OpportunityID"`,
		},
		{
			name: "none of the groups", text: "opportunity_id,Stagename,is_won\na1,Won,true\n", line: 1,
			reason: "must have stage, or status, or is_closed and is_won", hint: `perhaps to "Stagename"`,
		},
		{
			name: "a column that configuration names", text: "opportunity_id,stage\na1,Won\n", line: 1,
			change: func(x *Extract) {
				x.Headers, x.Required = map[string][]string{"amount": {"ARR__c"}}, []string{"amount"}
			},
			reason: `required field amount of opportunity (looked for "ARR__c")`, hint: `one of the headers of the file: "opportunity_id", "stage"`,
		},
		{
			name: "a duplicate header that is read", text: "opportunity_id,Stage,stage \na1,Won,Lost\n", line: 1,
			reason: `has "Stage" 2 times (columns 2, 3), and stage is read from it`, hint: "rename or remove",
		},
	}
}

// badFormats lists files whose values cannot be told apart, or contradict each other.
func badFormats() []badFile {
	return []badFile{
		{
			name: "day and month in both orders", text: "opportunity_id,stage,close_date\na1,Won,13/04/2017\na2,Won,04/05/2017\na3,Won,04/13/2017\n",
			line: 4, reason: `column "close_date" contradicts line 2 in the order of day and month`, hint: "set date_order",
		},
		{
			name: "day and month that nothing tells apart", text: "opportunity_id,stage,close_date\na1,Won,03/03/2017\na2,Won,04/05/2017\n",
			line: 3, reason: `nothing in the file settles whether the day or the month comes first in column "close_date"`,
			hint: "set date_order to dmy or mdy or ymd",
		},
		{
			name: "an order that contradicts an earlier file", text: "opportunity_id,stage,close_date\na1,Won,04/13/2017\n",
			change: func(x *Extract) { x.Remembered = map[string]string{"close_date": "date:dmy"} },
			line:   2, reason: "contradicts what an earlier file of this extract settled", hint: "set date_order",
		},
		{
			name: "a decimal sign that nothing settles", text: "opportunity_id,stage,amount\na1,Won,500\na2,Won,1.234\n",
			line: 3, reason: `a point or a comma is the decimal sign in column "amount"`, hint: "set decimal to point or comma",
		},
		{
			name: "both decimal signs", text: "opportunity_id,stage,amount\na1,Won,\"1.234,50\"\na2,Won,\"1,234.50\"\n",
			line: 3, reason: `column "amount" contradicts line 2 in the decimal sign`,
		},
		{name: "a malformed header", text: "opportunity_id,\"stage\"x\na1,Won\n", line: 1, reason: "the header line is malformed"},
		{name: "no header at all", text: strings.Repeat("x", 17<<20), line: 1, reason: "header"},
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(badHeaders(), badFormats()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := opportunity(t)
			if c.change != nil {
				c.change(&x)
			}
			err := refusedText(t, x, c.text)
			require.Equal(t, c.line, err.Line, "%v", err)
			require.Contains(t, err.Reason, c.reason)
			require.Contains(t, err.Hint, c.hint)
			require.Contains(t, err.Error(), err.Reason)
		})
	}
}

func TestHeaderOnlyLoadsNothingAndWarns(t *testing.T) {
	t.Parallel()
	l := loadText(t, opportunity(t), "opportunity_id,stage\n\n")
	require.Empty(t, l.Parts)
	require.Empty(t, l.Quarantine)
	require.Equal(t, []string{"the file has a header and no rows"}, l.Warnings)
	require.Equal(t, Counts{Records: 2, Header: 1, Blank: 1}, l.Counts)
}

func TestDuplicateHeaderThatNothingReadsIsAWarning(t *testing.T) {
	t.Parallel()
	l := loadText(t, opportunity(t), "opportunity_id,x,stage,X\na1,1,Won,2\n")
	require.Equal(t, []string{`the header has "x" 2 times (columns 2, 4)`}, l.Warnings)
	require.Equal(t, []string{"x", "X"}, l.Unmapped)
}
