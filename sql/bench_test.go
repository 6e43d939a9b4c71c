package sql_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/engine/duckdb"
	"truce/pipeline/entity"
	"truce/pipeline/model"
	"truce/pipeline/plan"
	"truce/pipeline/rule"
	models "truce/sql"
)

// caseFile is case.yaml.
type caseFile struct {
	AsOf    string         `yaml:"as_of"`
	Missing []string       `yaml:"missing"`
	Where   string         `yaml:"where"`
	Config  map[string]any `yaml:"config"`
}

const caseDefaults = `
company: Case
timezone: UTC
currency: EUR
sources: [{name: crm, preset: generic, path: ., extracts: {opportunity: {files: "*.csv"}}}]
`

// workshop is what many cases share: the models as written, and the calendars, which are long and
// depend on the time zone alone.
type workshop struct {
	written   []*model.Model
	folder    string
	lock      sync.Mutex
	calendars map[string]string // Parquet files by time zone
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	written, err := model.Read(models.Files)
	require.NoError(t, err)
	return &workshop{written: written, folder: t.TempDir(), calendars: map[string]string{}}
}

// calendar gives the file of config_utc_days in a time zone.
func (w *workshop) calendar(t *testing.T, zone string, r engine.Relation) string {
	t.Helper()
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.calendars[zone] == "" {
		path := filepath.Join(w.folder, fmt.Sprintf("calendar-%d.parquet", len(w.calendars)))
		require.NoError(t, r.WriteParquet(path))
		w.calendars[zone] = path
	}
	return w.calendars[zone]
}

// bench is one case in a database of its own.
type bench struct {
	t         *testing.T
	workshop  *workshop
	zone      string
	folder    string
	where     string // condition on the rows that the case compares
	conn      *sql.Conn
	graph     *model.Graph
	relations []engine.Relation
	inputs    []string
}

func newBench(t *testing.T, w *workshop, folder string) *bench {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	b := &bench{t: t, workshop: w, folder: folder, conn: conn}
	b.exec(duckdb.Prelude()...)
	b.exec("set threads = 1", "set TimeZone = 'UTC'")
	b.exec(wilson()...)

	c, f := b.setting()
	b.zone = c.Timezone
	relations, err := plan.Relations(c, f)
	require.NoError(t, err)
	b.relations = relations
	for _, r := range relations {
		b.inputs = append(b.inputs, r.Name)
	}
	for _, l := range f.Landing {
		b.exec(fmt.Sprintf("create table %s (%s)", l.Name(), landingColumns(l)))
		b.inputs = append(b.inputs, l.Name())
	}
	generated, err := plan.Classify(t.Context(), rule.NewParser(conn), c, f.Landing)
	require.NoError(t, err)
	b.graph, err = model.NewGraph(slices.Concat(w.written, generated), b.inputs)
	require.NoError(t, err)
	return b
}

// wilson gives the functions wilson_low(x, n) and wilson_high(x, n) that cases compute with: the
// shares at which x of n lies 1.959964 standard errors away (Wilson 1927, Journal of the American
// Statistical Association 22, 209-212), as roots of n(x/n - s)^2 = z^2 s(1 - s).
func wilson() []string {
	const root = "create macro wilson_%s(x, n) as (2*x + 1.959964e0^2 %s sqrt((2*x + 1.959964e0^2)^2 - 4*(n + 1.959964e0^2)*x*x/n)) / (2*(n + 1.959964e0^2))"
	return []string{fmt.Sprintf(root, "low", "-"), fmt.Sprintf(root, "high", "+")}
}

// setting reads case.yaml.
func (b *bench) setting() (*config.Config, plan.Facts) {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.folder, "case.yaml"))
	require.NoError(b.t, err)
	var file caseFile
	require.NoError(b.t, yaml.UnmarshalWithOptions(text, &file, yaml.Strict()))
	b.where = file.Where
	var merged map[string]any
	require.NoError(b.t, yaml.Unmarshal([]byte(caseDefaults), &merged))
	maps.Copy(merged, file.Config)
	text, err = yaml.Marshal(merged)
	require.NoError(b.t, err)
	c, err := config.Decode("case.yaml", text)
	require.NoError(b.t, err)
	asOf, err := time.Parse(time.DateOnly, file.AsOf)
	require.NoError(b.t, err)

	facts := plan.Facts{AsOf: engine.DayOf(asOf), Mapped: map[string]map[string]bool{}}
	for _, e := range entity.All() {
		l := engine.Landing{Entity: e, Columns: e.Fields}
		if x, ok := c.Sources[0].Extracts[e.Name]; ok {
			for _, name := range slices.Sorted(maps.Keys(x.Attributes)) {
				kind, _ := entity.ParseType(x.Attributes[name].Type)
				l.Columns = append(slices.Clip(l.Columns), entity.Field{Name: name, Type: kind})
			}
		}
		facts.Mapped[e.Name] = map[string]bool{}
		if !slices.Contains(file.Missing, e.Name) {
			l.Files = []engine.LandingFile{{Source: "crm", Name: e.Name + ".csv"}}
			for _, field := range l.Columns {
				facts.Mapped[e.Name][field.Name] = !slices.Contains(file.Missing, e.Name+"."+field.Name)
			}
		}
		facts.Landing = append(facts.Landing, l)
	}
	return c, facts
}

// landingColumns declares a landing relation whose lineage has defaults, so that a case need not
// give it.
func landingColumns(l engine.Landing) string {
	defaults := map[string]string{
		"_source": "'crm'", "_load_id": "'load'", "_file": "'file.csv'",
		"_effective_at": "timestamp '2100-01-01'", "_landed_at": "timestamp '2100-01-01'",
		"_is_current": "true", "_may_repeat": "true", "_replaces_month": "false",
	}
	var columns []string
	for _, f := range slices.Concat(l.Columns, entity.Lineage(), engine.LandingFlags()) {
		column := fmt.Sprintf("%q %s", f.Name, f.Type.SQL())
		if value, ok := defaults[f.Name]; ok {
			column += " default " + value
		}
		columns = append(columns, column)
	}
	return strings.Join(columns, ", ")
}

// build makes the model and every relation that it needs: given ones from their file, the others by
// their model.
func (b *bench) build(name string) {
	b.t.Helper()
	files, err := filepath.Glob(filepath.Join(b.folder, "given_*.csv"))
	require.NoError(b.t, err)
	given := map[string]string{}
	for _, file := range files {
		relation := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "given_"), ".csv")
		given[relation] = file
	}
	require.NotContains(b.t, given, name, "a case cannot give the model itself")
	reads := b.reads(name, nil)
	b.configure(reads, b.reads(name, given))
	for _, relation := range slices.Sorted(maps.Keys(given)) {
		require.True(b.t, reads[relation], "given_%s.csv: the model %s does not read it", relation, name)
		if slices.Contains(b.inputs, relation) {
			b.exec("delete from " + relation)
			b.insert(relation, given[relation])
		}
	}
	for _, m := range b.graph.Models {
		switch file, ok := given[m.Name]; {
		case ok: // the model's own text gives the types of the columns
			b.exec(fmt.Sprintf("create table %s as select * from (%s) limit 0", m.Name, m.SQL))
			b.insert(m.Name, file)
		case reads[m.Name]: // also views: planning each wherever it is read takes longest
			b.exec(fmt.Sprintf("create table %s as %s", m.Name, m.SQL))
		}
	}
}

// configure makes the relations of the configuration that the model reads. Those that only given
// relations would be computed from stay empty: they give nothing but the types of columns.
func (b *bench) configure(reads, matters map[string]bool) {
	b.t.Helper()
	for _, r := range b.relations {
		if !reads[r.Name] {
			continue
		}
		if !matters[r.Name] {
			r.Rows = nil
		}
		var path string
		if r.Name == "config_utc_days" && matters[r.Name] {
			path = b.workshop.calendar(b.t, b.zone, r)
		} else {
			path = filepath.Join(b.t.TempDir(), r.Name+".parquet")
			require.NoError(b.t, r.WriteParquet(path))
		}
		b.exec(fmt.Sprintf("create table %s as select * from read_parquet('%s')", r.Name, path))
	}
}

// reads gives the model and all that it reads, directly or not. It does not look at what given
// relations read.
func (b *bench) reads(name string, given map[string]string) map[string]bool {
	found := map[string]bool{}
	var visit func(relation string)
	visit = func(relation string) {
		if found[relation] {
			return
		}
		found[relation] = true
		if m, ok := b.graph.Model(relation); ok && given[relation] == "" {
			for _, other := range m.DependsOn {
				visit(other)
			}
		}
	}
	visit(name)
	return found
}

// insert fills a relation from a CSV file.
func (b *bench) insert(relation, file string) {
	b.t.Helper()
	header, rows := readCSV(b.t, file)
	withLine := strings.HasPrefix(relation, "landing_") && !slices.Contains(header, "_line")
	for i, row := range rows {
		columns, values := slices.Clone(header), make([]string, len(row))
		for c, cell := range row {
			switch cell {
			case "":
				values[c] = "null"
			case emptyText:
				values[c] = "''"
			default:
				values[c] = literal(cell)
			}
		}
		if withLine {
			columns, values = append(columns, "_line"), append(values, fmt.Sprint(i+2))
		}
		b.exec(fmt.Sprintf("insert into %s (%s) values (%s)", relation, strings.Join(columns, ", "), strings.Join(values, ", ")))
	}
}

func (b *bench) exec(statements ...string) {
	b.t.Helper()
	for _, statement := range statements {
		_, err := b.conn.ExecContext(context.WithoutCancel(b.t.Context()), statement)
		require.NoError(b.t, err, "%s", statement)
	}
}

// query gives the rows as cells: NULL is empty.
func (b *bench) query(text string) [][]string {
	b.t.Helper()
	rows, err := b.conn.QueryContext(b.t.Context(), "select columns(*)::varchar from ("+text+")")
	require.NoError(b.t, err, "%s", text)
	defer func() { require.NoError(b.t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(b.t, err)
	var all [][]string
	for rows.Next() {
		cells := make([]sql.NullString, len(columns))
		targets := make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		require.NoError(b.t, rows.Scan(targets...))
		row := make([]string, len(columns))
		for i, cell := range cells {
			row[i] = cell.String
			if cell.Valid && cell.String == "" {
				row[i] = emptyText
			}
		}
		all = append(all, row)
	}
	require.NoError(b.t, rows.Err())
	return all
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
