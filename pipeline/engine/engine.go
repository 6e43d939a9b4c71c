package engine

import (
	"context"
	"time"

	"truce/pipeline/entity"
	"truce/pipeline/model"
)

// Engine executes plans.
type Engine interface {
	// Run builds every model of the plan. On error nothing in the plan's folders is of use.
	Run(ctx context.Context, plan Plan) (Result, error)
	// Pack writes the rows of many Parquet files into one new file, and reads it back.
	Pack(ctx context.Context, packing Packing) error
}

// Packing is what goes into one Parquet file: the rows of others, which all have the same columns.
// The column _branch says from where each row is.
type Packing struct {
	Files []PackedFile
	Rows  int64  // of all of them
	To    string // path of the new file
	Work  string // local folder for spill
}

// PackedFile is a Parquet file, or the rows of one that is packed already.
type PackedFile struct {
	Path string // absolute
	Was  int64  // the number that the rows have in the column _branch of the file; zero: it has no such column
	Is   int64  // the number that they get
}

// Plan is all that an engine needs to know.
type Plan struct {
	Work    string // local folder for intermediates and spill; the engine may fill it
	Out     string // folder that gets the published Parquet files
	Landing []Landing
	Config  []Relation
	Graph   *model.Graph
	// Quarantine lists the refused records; they become quarantine.parquet in Out.
	Quarantine []QuarantineFile
	// Metadata is written into every published Parquet file beside the model's own.
	Metadata map[string]string
	// Database is the path of the database file to write with the reports; empty writes none.
	Database string
	// DatabaseMarts also copies the record-level marts into the database file.
	DatabaseMarts bool
	// Progress is told when a model is built. It may be nil.
	Progress func(built ModelResult, done, total int)
}

// Landing is the part of the landing that one entity sees. It becomes the relation
// landing_<entity>.
type Landing struct {
	Entity  *entity.Entity
	Columns []entity.Field // contract and attributes, in order
	Files   []LandingFile
	// IsDerived says that what the entity tells is derived from another one, with or without files.
	IsDerived bool
}

// Name gives the name of the relation.
func (l Landing) Name() string { return "landing_" + l.Entity.Name }

// LandingFile is what was loaded from one file: rows that share their lineage.
type LandingFile struct {
	Parts []string // absolute paths of Parquet files
	// Branch says which rows of the parts are the file's: those that have this number in their column
	// _branch. Zero: all of them, and there is no such column.
	Branch        int64
	Columns       []string // columns that the parts hold
	Rows          int64
	Layout        string // equal for files whose parts have the same columns of the same types
	Source        string
	LoadID        string
	Name          string
	EffectiveAt   time.Time
	LandedAt      time.Time
	IsCurrent     bool // false: a newer complete export replaced it
	MayRepeat     bool // false: no key occurs twice in the entity
	ReplacesMonth bool // of a ledger: this file replaces the months that it holds
}

// QuarantineFile holds the refused records of one file.
type QuarantineFile struct {
	Path   string // of a Parquet file
	Source string
	LoadID string
}

// LandingFlags lists the columns that a landing relation carries beside contract, attributes and
// lineage: facts about the file that a record came from.
func LandingFlags() []entity.Field {
	return []entity.Field{
		{Name: "_is_current", Type: entity.Boolean, Doc: "false if a newer complete export replaced the file"},
		{Name: "_may_repeat", Type: entity.Boolean, Doc: "false if no key occurs twice in the entity"},
		{Name: "_replaces_month", Type: entity.Boolean, Doc: "true if the file replaces the months of the ledger that it holds"},
	}
}

// Relation is a small table that Go writes: what SQL cannot say portably, such as calendars and
// the configuration. Or it is a table that is there already, as a Parquet file.
type Relation struct {
	Name    string
	Doc     string
	Columns []Column
	// Rows holds one value per column: nil, or what the column's type names.
	Rows [][]any
	// File is the absolute path of a Parquet file that holds the rows instead. Columns that it does
	// not have are NULL.
	File string
	Has  []string // columns of the file
}

// Column is one column of a config relation.
type Column struct {
	Name string
	Type ColumnType
}

// ColumnType is the type of a column of a config relation.
type ColumnType uint8

// The types of config relations. Their values are string, int, int64, float64, bool, Day and
// time.Time.
const (
	Text ColumnType = iota
	Integer
	BigInteger
	Double
	Boolean
	Date
	Timestamp
)

// SQL gives the type as portable SQL writes it.
func (t ColumnType) SQL() string {
	return [...]string{"VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP"}[t]
}

// Day is a date: days since 1970-01-01.
type Day int32

// DayOf gives the day of a date.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Time gives midnight UTC of the day.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// ModelResult is what building one model took.
type ModelResult struct {
	Name    string
	Seconds float64
}

// CheckResult is the one row that a check gives.
type CheckResult struct {
	Name     string
	Severity string
	Checked  int64  // rows that were looked at
	Failed   int64  // rows that break the rule
	Example  string // one of them, for a person
	Skipped  string // why the check had nothing to look at by right, such as an entity that nobody exports
	Err      error  // the check itself failed
}

// Result is what a run of a plan gave.
type Result struct {
	Models []ModelResult
	Checks []CheckResult
}
