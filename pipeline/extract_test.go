package pipeline

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/load"
	"truce/pipeline/source"
)

// readAs combines a preset's export of stage changes with what the configuration says about them.
func readAs(t *testing.T, known source.Export, settings string) (load.Extract, error) {
	t.Helper()
	c, err := config.Decode("truce.yaml", []byte(
		"sources: [{name: crm, preset: salesforce, path: x, extracts: {stage_change: "+settings+"}}]\n"))
	require.NoError(t, err)
	contract, ok := entity.Lookup("stage_change")
	require.True(t, ok)
	preset := source.Preset{Entities: map[string][]source.Export{"stage_change": {{}, known}}}
	return extractOf(c, c.Sources[0], preset, contract, 1)
}

func TestTheConfigurationAddsToThePreset(t *testing.T) {
	t.Parallel()
	known := source.Export{
		Constants: map[string]string{"stage": "New", "amount": "5"},
		Values:    map[string]map[string]string{"stage": {"a": "A", "b": "B"}, "probability": {"x": "1"}},
		Only:      map[string][]string{"Field": {"StageName"}, "Type": {"Deal"}},
		Unpivot:   &source.Unpivot{Headers: []string{"in (.+)", "since (.+)"}, Name: "stage", Value: "changed_at"},
	}
	x, err := readAs(t, known, "{columns: {amount: Amount}, constants: {probability: '7'}, values: {stage: {b: Bee, c: C}}, "+
		"only: {Field: [stage, Stage Name]}, fold_case: [stage]}")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"stage": "New", "probability": "7"}, x.Constants)
	require.Equal(t, map[string]map[string]string{"stage": {"a": "A", "b": "Bee", "c": "C"}, "probability": {"x": "1"}}, x.Values)
	require.Equal(t, map[string][]string{"Field": {"stage", "Stage Name"}, "Type": {"Deal"}}, x.Only)
	require.Equal(t, []string{"stage"}, x.FoldCase)
	require.Equal(t, []string{"amount"}, x.Required)
	require.Equal(t, "B", known.Values["stage"]["b"], "the preset stays as it is")

	require.Equal(t, "stage", x.Unpivot.Name)
	require.Len(t, x.Unpivot.Headers, 2)
	require.Equal(t, []string{"IN Open (x)", "Open (x)"}, x.Unpivot.Headers[0].FindStringSubmatch("IN Open (x)"))
	require.False(t, x.Unpivot.Headers[0].MatchString("Within Open"), "an expression is for the whole header")
}

func TestTheConfigurationReplacesColumnsThatAreRows(t *testing.T) {
	t.Parallel()
	known := source.Export{Unpivot: &source.Unpivot{Headers: []string{"in (.+)"}, Name: "stage", Value: "changed_at"}}
	x, err := readAs(t, known, "{unpivot: {headers: 'a|b (.+)', name: changed_by, value: amount}}")
	require.NoError(t, err)
	require.Equal(t, "changed_by", x.Unpivot.Name)
	require.False(t, x.Unpivot.Headers[0].MatchString("x b y"), "the alternatives are within the whole")
	require.True(t, x.Unpivot.Headers[0].MatchString("B x"))

	x, err = readAs(t, known, "{columns: {changed_at: Moved}}")
	require.NoError(t, err)
	require.Nil(t, x.Unpivot)
	require.Equal(t, []string{"Moved"}, x.Headers["changed_at"])

	_, err = readAs(t, source.Export{Unpivot: &source.Unpivot{Headers: []string{"in ("}}}, "{}")
	require.ErrorContains(t, err, "unpivot of source crm")
}

func TestTheConfigurationReplacesColumnsOfAField(t *testing.T) {
	t.Parallel()
	known := source.Export{
		Headers:  map[string][]string{"stage": {"Stage", "Phase"}, "changed_by": {"User"}, "close_date": {"Closed", "Due"}},
		FirstOf:  []string{"stage", "close_date"},
		Prefixes: map[string]string{"changed_by": "005", "opportunity_id": "006"},
		Split:    &source.Split{Field: "changed_by", Separator: ","},
	}
	x, err := readAs(t, known, "{}")
	require.NoError(t, err)
	require.Equal(t, known.FirstOf, x.FirstOf)
	require.Equal(t, known.Prefixes, x.Prefixes)
	require.Equal(t, &load.Split{Field: "changed_by", Separator: ","}, x.Split)

	x, err = readAs(t, known, "{columns: {stage: Step, amount: [Actual, Planned], changed_by: By}}")
	require.NoError(t, err)
	require.Equal(t, []string{"close_date", "amount"}, x.FirstOf)
	require.Equal(t, []string{"Step"}, x.Headers["stage"])
	require.Equal(t, []string{"Actual", "Planned"}, x.Headers["amount"])
	require.Equal(t, map[string]string{"opportunity_id": "006"}, x.Prefixes)
	require.Nil(t, x.Split)
	require.Equal(t, "005", known.Prefixes["changed_by"], "the preset stays as it is")

	x, err = readAs(t, known, "{split: {field: stage}}")
	require.NoError(t, err)
	require.Equal(t, &load.Split{Field: "stage", Separator: ";"}, x.Split)
	x, err = readAs(t, known, "{unpivot: {headers: 'in (.+)', name: stage, value: changed_at}}")
	require.NoError(t, err)
	require.Nil(t, x.Split)
	known = source.Export{Unpivot: &source.Unpivot{Headers: []string{"in (.+)"}, Name: "stage", Value: "changed_at"}}
	x, err = readAs(t, known, "{split: {field: stage}}")
	require.NoError(t, err)
	require.Nil(t, x.Unpivot)
}

// A file is landed anew when anything changes by which it is read.
func TestTheMappingNamesEverySetting(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, settings := range []string{
		"{}", "{values: {stage: {a: A}}}", "{values: {stage: {a: B}}}", "{fold_case: [stage]}", "{constants: {stage: A}}", "{only: {Field: a}}",
		"{unpivot: {headers: 'in (.+)', name: stage, value: changed_at}}", "{unpivot: {headers: 'at (.+)', name: stage, value: changed_at}}",
		"{excel_serials: true}", "{nulls: [x]}", "{columns: {stage: S}}", "{columns: {stage: [S, T]}}", "{columns: {stage: [T, S]}}",
		"{split: {field: stage}}", "{split: {field: stage, separator: '|'}}", "{split: {field: changed_by}}",
	} {
		x, err := readAs(t, source.Export{}, settings)
		require.NoError(t, err)
		hash, err := mappingHash(x, "", "")
		require.NoError(t, err)
		require.NotContains(t, seen, hash, "%s and %s", settings, seen[hash])
		seen[hash] = settings
		x.PersonKey = []byte("s3cret")
		again, err := mappingHash(x, "", "")
		require.NoError(t, err)
		require.NotEqual(t, hash, again)
	}
}
