package propose

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"truce/pipeline/source"
)

const (
	sampleRows = 200_000 // records of a file that are looked at
	fewValues  = 300     // values of a column that are kept with their counts
	manyKeys   = 100_000 // values of a column that are kept as hashes
)

// table is what a file says of itself.
type table struct {
	file     source.File
	encoding source.Encoding
	comma    byte // delimiter
	columns  []*column
	rows     int // records that were looked at, without empty and malformed ones
	empty    int // records without any value
	mangled  int // records with bytes that are no UTF-8
	accented int // records with letters beyond ASCII
	crooked  int // records that have not as many fields as the header
	whole    bool
}

// column is what the cells of a column say.
type column struct {
	header string
	words  []string // of the header, without units
	unit   string   // currency in the header
	index  int

	filled   int
	values   map[string]int // nil if there are more than a few
	keys     map[uint64]bool
	repeated int // cells whose value came before, as far as keys reach
	isFull   bool

	numbers, whole, serials, commas, points, percents int
	dates, dayFirst, monthFirst, eitherOrder          int
	flags, broken, spaced, mails                      int
	units                                             map[string]int
	odd                                               map[string]int // cells that are neither number nor date, a few
	first, last                                       time.Time
	examples                                          []string // the first different cells, a few
}

// readTable looks at a file. A file that cannot be read as a table is an error.
func (k *knowledge) readTable(ctx context.Context, file source.File) (*table, error) {
	in, encoding, err := file.Open("")
	if err != nil {
		return nil, err
	}
	t := &table{file: file, encoding: encoding}
	err = k.readRows(ctx, t, in)
	if text, ok := in.(*source.Text); ok {
		t.encoding = text.Encoding()
	}
	return t, errors.Join(err, in.Close())
}

// readRows reads the header and the first records.
func (k *knowledge) readRows(ctx context.Context, t *table, in io.Reader) error {
	reader := &records{in: in, size: headerLimit}
	if err := reader.fill(); err != nil {
		return err
	}
	t.comma = reader.delimiter()
	reader.open(t.comma)
	header, err := reader.next()
	if err != nil {
		return err
	}
	if len(header) == 0 {
		return errors.New("it has no header")
	}
	for i, name := range header {
		t.columns = append(t.columns, k.newColumn(name, i))
	}
	for t.rows < sampleRows {
		if t.rows%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cells, err := reader.next()
		switch {
		case errors.Is(err, io.EOF):
			t.whole = true
			return nil
		case errors.Is(err, errCrooked):
			t.crooked++
			continue
		case err != nil:
			return err
		}
		t.add(k, cells)
	}
	return nil
}

func (k *knowledge) newColumn(header string, index int) *column {
	c := &column{
		header: strings.TrimSpace(header), index: index,
		values: map[string]int{}, keys: map[uint64]bool{}, units: map[string]int{}, odd: map[string]int{},
	}
	for _, word := range wordsOf(header) {
		if code, ok := k.unit(word); ok {
			c.unit = code
			continue
		}
		c.words = append(c.words, word)
	}
	return c
}

// unit gives the currency that a word of a header names.
func (k *knowledge) unit(word string) (string, bool) {
	for _, code := range k.words.Units {
		if word == code {
			return strings.ToUpper(code), true
		}
	}
	return "", false
}

// add counts a record. One that has another number of fields, or none with a value, is no row.
func (t *table) add(k *knowledge, cells []string) {
	if len(cells) != len(t.columns) {
		t.crooked++
		return
	}
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		t.empty++
		return
	}
	t.rows++
	if row := strings.Join(cells, ""); !utf8.ValidString(row) {
		t.mangled++
	} else if strings.ContainsFunc(row, func(r rune) bool { return r >= utf8.RuneSelf }) {
		t.accented++
	}
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell != "" {
			t.columns[i].add(k, cell)
		}
	}
}

func (c *column) add(k *knowledge, cell string) {
	c.filled++
	if c.values != nil {
		if c.values[cell]++; len(c.values) > fewValues {
			c.values = nil
		}
	}
	if len(c.examples) < 2 && !slices.Contains(c.examples, cell) {
		c.examples = append(c.examples, cell)
	}
	c.addKey(maphash.String(k.seed, cell))
	if strings.ContainsAny(cell, " ,") {
		c.spaced++
	}
	if _, ok := readFlag(cell); ok {
		c.flags++
	}
	if isBroken(cell) {
		c.broken++
	}
	if strings.Contains(cell, "@") && strings.Contains(cell, ".") {
		c.mails++
	}
	if c.filled > 5000 && c.dates+c.numbers == 0 {
		return // it is text
	}
	if at, order, ok := readDate(cell); ok {
		c.addDate(at, order)
	} else if n, ok := readNumber(cell); ok {
		c.addNumber(n)
	} else if len(c.odd) < 20 || c.odd[cell] > 0 {
		c.odd[cell]++
	}
}

func (c *column) addKey(key uint64) {
	switch {
	case c.keys[key]:
		c.repeated++
	case len(c.keys) >= manyKeys:
		c.isFull = true
	default:
		c.keys[key] = true
	}
}

func (c *column) addDate(at time.Time, order order) {
	c.dates++
	switch order {
	case dayFirst:
		c.dayFirst++
	case monthFirst:
		c.monthFirst++
	case eitherOrder:
		c.eitherOrder++
		return // which day it is shows only when the order is known
	}
	if c.first.IsZero() || at.Before(c.first) {
		c.first = at
	}
	if at.After(c.last) {
		c.last = at
	}
}

func (c *column) addNumber(n number) {
	c.numbers++
	c.whole += btoi(n.whole)
	c.serials += btoi(n.whole && len(n.digits) == 5 && n.digits >= "30000" && n.digits < "60000")
	c.commas += btoi(n.comma)
	c.points += btoi(n.point)
	c.percents += btoi(n.percent)
	if n.unit != "" {
		c.units[n.unit]++
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// share gives a part of the filled cells, 0 if there are none.
func (c *column) share(n int) float64 {
	if c.filled == 0 {
		return 0
	}
	return float64(n) / float64(c.filled)
}

// distinct gives the number of different values, as far as it is known.
func (c *column) distinct() int { return len(c.keys) }

// uniqueness gives the share of filled cells that no earlier one repeats.
func (c *column) uniqueness() float64 {
	if len(c.keys) == 0 {
		return 0
	}
	return float64(len(c.keys)) / float64(len(c.keys)+c.repeated)
}

// overlap gives the share of the values of this column that the other one has too.
func (c *column) overlap(other *column) float64 {
	if len(c.keys) == 0 {
		return 0
	}
	n := 0
	for key := range c.keys {
		n += btoi(other.keys[key])
	}
	return float64(n) / float64(len(c.keys))
}
