package load

import (
	"fmt"
	"path/filepath"

	"github.com/apache/arrow-go/v18/parquet"

	"truce/pipeline/entity"
)

// quarantine writes refused rows: where they are and why, and none of their values.
type quarantine struct {
	plan    *plan
	path    string
	table   *table
	columns [7]values // as quarantineColumns
	rows    int
	words   map[refusalKind]refusalWords
	counts  map[string]int64 // rows by rule
}

type refusalKind struct {
	rule   rule
	column int16
}

type refusalWords struct{ column, rule, reason parquet.ByteArray }

func quarantineColumns() []tableColumn {
	return []tableColumn{
		{name: "entity", required: true, dictionary: true},
		{name: "file", required: true, dictionary: true},
		{name: "line", kind: entity.Integer, required: true},
		{name: "column", required: true, dictionary: true},
		{name: "rule", required: true, dictionary: true},
		{name: "reason", required: true, dictionary: true},
		{name: "key_hash", required: true},
	}
}

func newQuarantine(p *plan, to Target) *quarantine {
	return &quarantine{
		plan: p, path: filepath.Join(to.Dir, to.Prefix+"-quarantine.parquet"),
		words: map[refusalKind]refusalWords{}, counts: map[string]int64{},
	}
}

// add takes refused rows of a block that begins after this many lines of the file.
func (q *quarantine) add(refused []refusal, lines int64) error {
	x := q.plan.extract
	for _, r := range refused {
		words := q.wordsOf(r)
		hash := parquet.ByteArray{}
		if r.known {
			hash = fmt.Appendf(nil, "%016x", r.hash)
		}
		c := &q.columns
		c[0].texts = append(c[0].texts, parquet.ByteArray(x.Entity.Name))
		c[1].texts = append(c[1].texts, parquet.ByteArray(x.FileName))
		c[2].longs = append(c[2].longs, r.line+lines+1)
		c[3].texts = append(c[3].texts, words.column)
		c[4].texts = append(c[4].texts, words.rule)
		c[5].texts = append(c[5].texts, words.reason)
		c[6].texts = append(c[6].texts, hash)
		q.counts[r.rule.name()]++
		if q.rows++; q.rows == 1<<14 {
			if err := q.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (q *quarantine) wordsOf(r refusal) refusalWords {
	kind := refusalKind{r.rule, r.column}
	words, ok := q.words[kind]
	if !ok {
		c := &column{}
		if r.column >= 0 {
			c = &q.plan.columns[r.column]
		}
		words = refusalWords{
			column: parquet.ByteArray(c.field.Name), rule: parquet.ByteArray(r.rule.name()),
			reason: parquet.ByteArray(r.rule.sentence(c)),
		}
		q.words[kind] = words
	}
	return words
}

// flush writes what was collected.
func (q *quarantine) flush() error {
	if q.rows == 0 {
		return nil
	}
	if q.table == nil {
		table, err := createTable(q.path, quarantineColumns())
		if err != nil {
			return err
		}
		q.table = table
	}
	if err := q.table.begin(); err != nil {
		return err
	}
	for i := range quarantineColumns() {
		v := &q.columns[i]
		if err := q.table.write(i, v); err != nil {
			return err
		}
		v.texts, v.longs = v.texts[:0], v.longs[:0]
	}
	q.table.finish(q.rows)
	q.rows = 0
	return nil
}

// close completes the file and gives its name; without refused rows there is none.
func (q *quarantine) close() (string, error) {
	if err := q.flush(); err != nil || q.table == nil {
		return "", err
	}
	return filepath.Base(q.path), q.table.close()
}

func (q *quarantine) abandon() {
	if q.table != nil {
		q.table.abandon()
	}
}
