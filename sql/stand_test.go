package sql_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/engine/duckdb"
	"truce/pipeline/entity"
	"truce/pipeline/model"
	"truce/pipeline/plan"
	"truce/pipeline/rule"
	models "truce/sql"
)

// stand builds all models for one company after another, in one database: a new one for each
// would take longer than the models.
type stand struct {
	ctx     context.Context
	conn    *sql.Conn
	folder  string
	built   int
	written []*model.Model
	graph   *model.Graph

	segmentsAsOf string // empty means now
	pipelines    []config.Pipeline
}

func newStand(t *testing.T) *stand {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	s := &stand{ctx: t.Context(), conn: conn, folder: t.TempDir()}
	s.written, err = model.Read(models.Files)
	require.NoError(t, err)
	s.exec(t, duckdb.Prelude()...)
	s.exec(t, "set threads = 1", "set TimeZone = 'UTC'", "set preserve_insertion_order = false")
	for _, l := range companyFacts(0, nil).Landing {
		s.exec(t, fmt.Sprintf("create table %s (%s)", l.Name(), landingColumns(l)))
	}
	return s
}

// build replaces everything in the database by the company: its landing, its configuration and all
// models but the checks.
func (s *stand) build(t require.TestingT, settings oracle.Settings, rows landed) {
	c, facts := companyConfig(t, settings), companyFacts(settings.AsOf, rows)
	if s.segmentsAsOf != "" {
		c.SegmentsAsOf = s.segmentsAsOf
	}
	c.Pipelines = s.pipelines
	if rows["exchange_rate"] != nil {
		c.ExchangeRates = nil // the extract says it all
	}
	s.exec(t, "begin")
	inputs := s.configure(t, c, facts)
	for _, l := range facts.Landing {
		inputs = append(inputs, l.Name())
		s.exec(t, "delete from "+l.Name())
		s.land(t, l.Entity, rows[l.Entity.Name])
	}
	generated, err := plan.Classify(s.ctx, rule.NewParser(s.conn), c, facts.Landing)
	require.NoError(t, err)
	s.graph, err = model.NewGraph(slices.Concat(s.written, generated), inputs)
	require.NoError(t, err)
	for _, m := range s.graph.Models {
		if m.Kind != model.Check { // also views: planning each wherever it is read takes longer than all models do
			s.exec(t, fmt.Sprintf("create or replace table %s as %s", m.Name, m.SQL))
		}
	}
	s.exec(t, "commit")
	s.built++
}

// configure replaces the relations of the configuration and names them. The calendar of the zone is
// made once: it is the same for all companies, and making it takes longer than building the models.
func (s *stand) configure(t require.TestingT, c *config.Config, facts plan.Facts) []string {
	isFirst := s.built == 0
	if !isFirst {
		c.Timezone = "UTC" // the calendar of which nobody will see
	}
	relations, err := plan.Relations(c, facts)
	require.NoError(t, err)
	var names []string
	for _, r := range relations {
		names = append(names, r.Name)
		if r.Name == "config_business_intervals" || (r.Name == "config_utc_days" && !isFirst) {
			continue
		}
		s.write(t, r)
	}
	if isFirst { // joining two hundred years costs more than a company does
		s.exec(t, "delete from config_utc_days where year(utc_day) not between 2022 and 2030 and year(utc_day) <> 2100")
		s.keepHours(t, c, facts)
	}
	return names
}

// keepHours makes the business hours of all companies, which are those up to the end of the last one.
func (s *stand) keepHours(t require.TestingT, c *config.Config, facts plan.Facts) {
	facts.AsOf = engine.Day(oracle.NewDay(2031, time.January, 1))
	relations, err := plan.Relations(c, facts)
	require.NoError(t, err)
	for _, r := range relations {
		if r.Name == "config_business_intervals" {
			s.write(t, r)
			s.exec(t, "delete from config_business_intervals where year(utc_day) < 2022")
		}
	}
}

// write replaces one relation of the configuration. Most are a handful of rows, for which a Parquet
// file would be slow.
func (s *stand) write(t require.TestingT, r engine.Relation) {
	if len(r.Rows) > 500 {
		path := filepath.Join(s.folder, fmt.Sprintf("%s-%d.parquet", r.Name, s.built))
		require.NoError(t, r.WriteParquet(path))
		s.exec(t, fmt.Sprintf("create or replace table %s as select * from read_parquet('%s')", r.Name, path))
		return
	}
	columns := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		columns[i] = c.Name + " " + [...]string{"varchar", "integer", "bigint", "double", "boolean", "date", "timestamp"}[c.Type]
	}
	s.exec(t, fmt.Sprintf("create or replace table %s (%s)", r.Name, strings.Join(columns, ", ")))
	tuples := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		values := make([]string, len(row))
		for c, value := range row {
			values[c] = sqlLiteral(value)
		}
		tuples[i] = "(" + strings.Join(values, ", ") + ")"
	}
	if len(tuples) > 0 {
		s.exec(t, fmt.Sprintf("insert into %s values %s", r.Name, strings.Join(tuples, ", ")))
	}
}

// land inserts rows of one entity. All rows have the columns of the first one.
func (s *stand) land(t require.TestingT, e *entity.Entity, rows []record) {
	if len(rows) == 0 {
		return
	}
	columns := slices.Sorted(maps.Keys(rows[0]))
	tuples := make([]string, len(rows))
	for i, row := range rows {
		require.Len(t, row, len(columns))
		values := make([]string, len(columns))
		for c, column := range columns {
			values[c] = sqlLiteral(row[column])
		}
		tuples[i] = fmt.Sprintf("(%s, %d)", strings.Join(values, ", "), i+2)
	}
	s.exec(t, fmt.Sprintf("insert into landing_%s (%s, _line) values %s",
		e.Name, strings.Join(columns, ", "), strings.Join(tuples, ", ")))
}

func (s *stand) exec(t require.TestingT, statements ...string) {
	for _, statement := range statements {
		_, err := s.conn.ExecContext(s.ctx, statement)
		require.NoError(t, err, "%s", statement)
	}
}

// query gives the rows as text by column; a column that is NULL is not there.
func (s *stand) query(t require.TestingT, statement string) []map[string]string {
	rows, err := s.conn.QueryContext(s.ctx, "select columns(*)::varchar from ("+statement+")")
	require.NoError(t, err, "%s", statement)
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var all []map[string]string
	for rows.Next() {
		cells, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		require.NoError(t, rows.Scan(targets...))
		row := map[string]string{}
		for i, cell := range cells {
			if cell.Valid {
				row[columns[i]] = cell.String
			}
		}
		all = append(all, row)
	}
	require.NoError(t, rows.Err())
	return all
}

// key gives the values of the model's unique key, which no two rows share.
func (s *stand) key(t require.TestingT, name string) func(row map[string]string) string {
	m, ok := s.graph.Model(name)
	require.True(t, ok, "there is no model %s", name)
	return func(row map[string]string) string {
		var parts []string
		for _, column := range m.UniqueKey {
			parts = append(parts, row[column])
		}
		return strings.Join(parts, " | ")
	}
}

// rows gives the rows of a model by their unique key.
func (s *stand) rows(t require.TestingT, name string) map[string]map[string]string {
	key := s.key(t, name)
	byKey := map[string]map[string]string{}
	for _, row := range s.query(t, "select * from "+name) {
		_, isTwice := byKey[key(row)] // NotContains would look at every row
		require.False(t, isTwice, "%s: the key %s is not unique", name, key(row))
		byKey[key(row)] = row
	}
	return byKey
}

// brokenInvariants evaluates the checks that hold for every company: all but those that may rightly warn
// of a drawn one.
func (s *stand) brokenInvariants(t require.TestingT, rows landed) []string {
	may := oddities()
	return slices.DeleteFunc(s.brokenChecks(t, rows), func(broken string) bool {
		name, _, _ := strings.Cut(broken, ": ")
		return may[name] != ""
	})
}

// oddities are the checks that may rightly warn of a drawn company, and why.
func oddities() map[string]string {
	return map[string]string{
		"check_segments": "a segment may have no deal",
		"check_outcomes": "a company may have no deal that is won, or lost, or counted at all",
		"check_sources":  "a company may have sources that it does not list",
		"check_stages":   "stages that are open and no step's mean nothing where the deals say nothing else",
	}
}

// brokenChecks evaluates every check whose entities are there, and says what the broken ones say.
func (s *stand) brokenChecks(t require.TestingT, rows landed) []string {
	var broken []string
	for _, m := range s.graph.Kind(model.Check) {
		isMissing := func(need string) bool { _, ok := rows[need]; return !ok }
		if slices.ContainsFunc(m.Needs, isMissing) {
			continue
		}
		result := s.query(t, m.SQL)
		require.Len(t, result, 1, m.Name)
		require.NotEqual(t, "0", result[0]["checked_count"], "%s has nothing to look at", m.Name)
		if result[0]["failed_count"] != "0" {
			broken = append(broken, m.Name+": "+result[0]["example"])
		}
	}
	return broken
}

// sqlLiteral writes a value of a record.
func sqlLiteral(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case time.Time:
		return "timestamp '" + v.Format("2006-01-02 15:04:05") + "'"
	case oracle.Day:
		return "date '" + v.String() + "'"
	case engine.Day:
		return "date '" + oracle.Day(v).String() + "'"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return fmt.Sprint(value)
}
