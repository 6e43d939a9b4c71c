package sql_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/fixtures/mutate"
	"truce/fixtures/oracle/companies"
	"truce/pipeline/model"
)

const (
	// mutationModels is the environment variable that names the models to mutate, or "all".
	mutationModels = "MUTATE"
	// mutationCompanies is how many companies a mutant that no case notices is tried on.
	mutationCompanies = 15
	// mutationPoorCompanies is from how many of them extracts are taken away.
	mutationPoorCompanies = 2
	// mutationTimeout is how long a mutant may compute: one that joins everything counts as noticed.
	mutationTimeout = 20 * time.Second
)

// provenReports are the reports whose cases must notice every mutant that changes what they give.
func provenReports() []string {
	return []string{"rpt_win_rate", "rpt_sales_cycle", "rpt_cost_of_sale"}
}

// TestMutants makes one small mistake after another in the models that MUTATE names, and runs their cases. A
// mutant that no case notices is tried on the cases' own rows and on generated companies: if it gives
// anything else than the model, the cases have a hole; if not, it may be equivalent.
func TestMutants(t *testing.T) { //nolint:paralleltest // an hour of it should have the machine for itself
	names := strings.Fields(os.Getenv(mutationModels))
	if len(names) == 0 {
		t.Skip("set MUTATE to the models to mutate, or run make mutate")
	}
	shared := newWorkshop(t)
	if slices.Equal(names, []string{"all"}) {
		names = nil
		for _, m := range shared.written {
			names = append(names, m.Name)
		}
	}
	found := make([][]*suspect, len(names))
	t.Run("cases", func(t *testing.T) {
		for i, name := range names {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				found[i] = survivors(t, shared, name)
			})
		}
	})
	alive := slices.Concat(found...)
	tryOnCompanies(t, alive)
	for _, name := range names {
		holes := 0
		for _, s := range alive {
			if s.model != name {
				continue
			}
			verdict := "no difference seen"
			if s.difference != "" {
				holes++
				verdict = "HOLE, differs " + s.difference
			}
			say("%s %s\n    %s", name, s, verdict)
		}
		if holes > 0 && slices.Contains(provenReports(), name) {
			t.Errorf("%s: %d mutants change what it gives and no case notices; add a case to sql/cases/%s", name, holes, name)
		}
	}
}

// say writes a line of the report.
func say(format string, values ...any) { fmt.Printf(format+"\n", values...) }

// suspect is a mutant that no case notices.
type suspect struct {
	mutate.Mutant
	model      string
	difference string // where it gives something else than the model; empty if nowhere
}

// survivors runs the cases of a model on all of its mutants.
func survivors(t *testing.T, w *workshop, name string) []*suspect {
	t.Helper()
	var trials []*trial
	for _, folder := range casesOf(t, name) {
		trials = append(trials, newTrial(t, w, folder, name))
	}
	require.NotEmpty(t, trials, "%s has no case", name)
	m, _ := trials[0].bench.graph.Model(name)
	header := strings.Count(m.Text[:strings.Index(m.Text, m.SQL)], "\n")
	mutants := mutate.Of(m.SQL)
	var alive []*suspect
	for _, mutant := range mutants {
		mutant.Line += header
		s := &suspect{Mutant: mutant, model: name}
		at := slices.IndexFunc(trials, func(x *trial) bool { return x.notices(s) })
		if at >= 0 { // the next mutant is probably noticed there too
			trials = slices.Insert(slices.Delete(slices.Clone(trials), at, at+1), 0, trials[at])
			continue
		}
		alive = append(alive, s)
	}
	slices.SortStableFunc(alive, func(a, b *suspect) int { return a.Line - b.Line })
	say("%s: %d mutants, %d noticed", name, len(mutants), len(mutants)-len(alive))
	return alive
}

// tryOnCompanies looks for a company whose figures each suspect changes. The first companies are also tried
// without each of their extracts and without columns that reports ask for.
func tryOnCompanies(t *testing.T, alive []*suspect) {
	t.Helper()
	if !slices.ContainsFunc(alive, isUnseen) {
		return
	}
	s := newStand(t)
	for i := range mutationCompanies {
		in := companies.Company(25).Example(i + 1)
		rows := landCompany(t, in)
		s.build(t, in.Settings, rows)
		s.written = needed(s.written, s.graph, alive)
		where := fmt.Sprintf("in company %d", i+1)
		s.look(t, alive, where)
		if i >= mutationPoorCompanies {
			continue
		}
		for _, column := range [][2]string{{"opportunity", "amount"}, {"opportunity", "account_id"}, {"lead", "mql_at"}} {
			c, facts := companyConfig(t, in.Settings), companyFacts(in.Settings.AsOf, rows)
			facts.Mapped[column[0]][column[1]] = false
			s.configure(t, c, facts)
			s.built++ // the next files have other names
			s.look(t, alive, where+" without "+column[0]+"."+column[1])
		}
		for _, name := range slices.Sorted(maps.Keys(rows)) {
			fewer := maps.Clone(rows)
			delete(fewer, name)
			s.build(t, in.Settings, fewer)
			s.look(t, alive, where+" without the extract "+name)
		}
	}
}

func isUnseen(s *suspect) bool { return s.difference == "" }

// needed gives the models of the suspects, those that the configuration writes, and all that these read.
func needed(written []*model.Model, graph *model.Graph, alive []*suspect) []*model.Model {
	found := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if m, ok := graph.Model(name); ok && !found[name] {
			found[name] = true
			for _, other := range m.DependsOn {
				visit(other)
			}
		}
	}
	for _, m := range graph.Models {
		if m.Generated {
			visit(m.Name)
		}
	}
	for _, s := range alive {
		visit(s.model)
	}
	return slices.DeleteFunc(slices.Clone(written), func(m *model.Model) bool { return !found[m.Name] })
}

// look computes the suspects' models from what is in the database, as they are and as mutants.
func (s *stand) look(t *testing.T, alive []*suspect, where string) {
	t.Helper()
	probes := map[string]probe{}
	for _, x := range alive {
		if !isUnseen(x) {
			continue
		}
		if _, ok := probes[x.model]; !ok {
			m, _ := s.graph.Model(x.model)
			probes[x.model] = newProbe(t, s.conn, m.SQL, "")
		}
		rows, err := probes[x.model].rows(t, x.SQL)
		if errors.Is(err, context.DeadlineExceeded) {
			continue // how fast the machine is says nothing about rows
		}
		if err != nil || !probes[x.model].gives(rows) {
			x.difference = where
		}
	}
}
