package model

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

const head = `/*
description: What it is.
grain: one row per deal
unique_key: [deal_id]
version: 2
needs: [lead]
columns:
    deal_id: the deal
    value: "what it is worth: a sum"
*/
`

func TestParseReadsTheHeader(t *testing.T) {
	t.Parallel()
	m, err := Parse("rpt_deals", head+"select deal_id, value from int_deals\n")
	require.NoError(t, err)
	require.Equal(t, Report, m.Kind)
	require.Equal(t, "What it is.", m.Description)
	require.Equal(t, []string{"deal_id"}, m.UniqueKey)
	require.Equal(t, 2, m.Version)
	require.Equal(t, []string{"lead"}, m.Needs)
	require.Equal(t, []Column{{"deal_id", "the deal"}, {"value", "what it is worth: a sum"}}, m.Columns)
	require.Equal(t, "select deal_id, value from int_deals", m.SQL)
	require.Equal(t, []string{"int_deals"}, m.DependsOn)
	require.Equal(t, "deals.parquet", m.FileName())
	require.True(t, m.Published())
	require.False(t, m.View)
}

func TestStagingModelsAreViewsUnlessTheySayOtherwise(t *testing.T) {
	t.Parallel()
	m, err := Parse("stg_deals", head+"select 1")
	require.NoError(t, err)
	require.True(t, m.View)
	m, err = Parse("stg_deals", "/*\nview: false\n"+head[3:]+"select 1")
	require.NoError(t, err)
	require.False(t, m.View)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ model, text, message string }{
		"a name without a kind": {"deals", head + "select 1", "start with stg_"},
		"no header":             {"rpt_a", "select 1", "no header"},
		"an unknown key":        {"rpt_a", "/*\ngrains: x\n*/ select 1", "unknown field"},
		"no grain":              {"rpt_a", "/*\ndescription: x\n*/ select 1", "has no grain"},
		"no version":            {"rpt_a", "/*\ndescription: x\ngrain: y\n*/ select 1", "has no version"},
		"no key":                {"rpt_a", "/*\ndescription: x\ngrain: y\nversion: 1\n*/ select 1", "no unique_key"},
		"no columns":            {"rpt_a", "/*\ndescription: x\ngrain: y\nversion: 1\nunique_key: [a]\n*/ select 1", "no columns"},
		"a key that is no column": {
			"rpt_a", "/*\ndescription: x\ngrain: y\nversion: 1\nunique_key: [b]\ncolumns: {a: x}\n*/ select 1", "names b",
		},
		"a check without severity": {"check_a", "/*\ndescription: x\ngrain: y\nversion: 1\n*/ select 1", "severity"},
		"no select":                {"rpt_a", head, "no SELECT"},
		"recursion":                {"rpt_a", head + "with recursive x as (select 1) select * from x", "not portable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(c.model, c.text)
			require.ErrorContains(t, err, c.message)
			require.ErrorContains(t, err, "model "+c.model)
		})
	}
}

func TestDependenciesComeFromTheText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"select a from int_a join int_b on true":                                           {"int_a", "int_b"},
		"with x as (select 1 from int_a), y as (select 2 from x) select * from y":          {"int_a"},
		"select a is distinct from b, c is not distinct from d from int_a":                 {"int_a"},
		"select 'from int_x' as t -- from int_y\n from int_a /* join int_z */":             {"int_a"},
		"select 1 from (select 2 from int_a) as q left join int_a on true":                 {"int_a"},
		"select 1 from int_a anti join int_b on true semi join INT_C on true":              {"int_a", "int_b", "int_c"},
		"select (select max(a) from int_a), b from int_b where c in (select d from int_c)": {"int_a", "int_b", "int_c"},
	} {
		got, err := dependencies(text)
		require.NoError(t, err)
		require.ElementsMatch(t, want, got, text)
	}
}

func TestGraphPutsModelsBehindWhatTheyRead(t *testing.T) {
	t.Parallel()
	models, err := Read(fstest.MapFS{
		"reports/rpt_a.sql":  {Data: []byte(head + "select 1 from int_b join landing_x on true")},
		"int_b.sql":          {Data: []byte(head + "select 1 from stg_c")},
		"staging/stg_c.sql":  {Data: []byte(head + "select 1 from landing_x")},
		"staging/notes.text": {Data: []byte("no model")},
	})
	require.NoError(t, err)
	g, err := NewGraph(models, []string{"landing_x"})
	require.NoError(t, err)
	var names []string
	for _, m := range g.Models {
		names = append(names, m.Name)
	}
	require.Equal(t, []string{"stg_c", "int_b", "rpt_a"}, names)
	_, ok := g.Model("int_b")
	require.True(t, ok)
	require.Len(t, g.Kind(Report), 1)
}

func TestGraphRefuses(t *testing.T) {
	t.Parallel()
	parse := func(name, text string) *Model {
		m, err := Parse(name, head+text)
		require.NoError(t, err)
		return m
	}
	_, err := NewGraph([]*Model{parse("int_a", "select 1 from int_b"), parse("int_b", "select 1 from int_a")}, nil)
	require.ErrorContains(t, err, "int_a → int_b → int_a")
	_, err = NewGraph([]*Model{parse("int_a", "select 1 from int_gone")}, nil)
	require.ErrorContains(t, err, "model int_a: it reads int_gone, and there is no such relation")
	_, err = NewGraph([]*Model{parse("int_a", "select 1"), parse("int_a", "select 2")}, nil)
	require.ErrorContains(t, err, "two models of this name")
}
