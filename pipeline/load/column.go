package load

import (
	"slices"
	"strings"

	"truce/pipeline/entity"
)

// origin tells where the values of a column come from.
type origin uint8

const (
	fromNowhere origin = iota // every value is null
	fromCell
	fromExtract // one value for all rows
	fromPlace   // the record's place in the file
	fromHeader  // the name in the header of a column that became a row
	fromColumns // the cell of a column that became a row, or a part of a cell that is a list
)

// column is one column of the landing and how it is filled.
type column struct {
	field     entity.Field
	attribute bool
	origin    origin
	source    int               // place in the file, if fromCell
	places    []int             // if the first cell that says something counts: all of them, in this order
	header    string            // as the file writes it, if fromCell
	constant  string            // if fromExtract, as the extract writes it
	fixed     *values           // if fromExtract, its value
	id        bool              // holds ids of a CRM
	longID    bool              // 15-character ids are Salesforce's
	person    bool              // holds e-mail addresses that must not land
	fold      bool              // read in lower case
	prefix    string            // how its values start
	special   bool              // one of these five
	words     map[string][]byte // texts that are read as others; nil for none
	date      *dateFormat
	number    *numberFormat
}

// plan is what is known of a file before its rows are read.
type plan struct {
	extract   *Extract
	headers   []string // of the file, without byte order mark and surrounding blanks
	index     headerIndex
	columns   []column        // of the landing, in order
	mapped    []int           // columns that come from one cell of a record, in order
	keys      []int           // columns of the key that come from the text
	filters   []filter        // by which records are chosen
	spread    *spread         // cells that become rows; nil for none
	flaws     []*RefusedError // of the extract's own texts
	modified  int             // the column modified_at, or -1
	placeKey  bool            // the key holds the record's place, so that it is unique
	booleans  map[string]bool
	delimiter byte
	warnings  []string
}

// newPlan lays out the columns for a header. It does not judge what is missing.
func newPlan(x *Extract, headers []string, delimiter byte) *plan {
	p := &plan{
		extract: x, headers: headers, index: newHeaderIndex(headers), delimiter: delimiter, modified: -1, booleans: x.booleans(),
	}
	utc, local := newZone(x.Zone), newZone(x.LocalZone)
	for i, f := range x.fields() {
		c := column{field: f, attribute: i >= len(x.Entity.Fields), source: -1}
		p.locate(&c)
		c.prepare(x, utc, local)
		p.columns = append(p.columns, c)
	}
	p.choose()
	p.spreadColumns()
	p.splitColumn()
	p.fixConstants()
	p.arrange()
	return p
}

// arrange lists the columns by what is done with them.
func (p *plan) arrange() {
	for i, c := range p.columns {
		own := !c.attribute
		if c.origin == fromCell {
			p.mapped = append(p.mapped, i)
			if c.field.Name == "modified_at" && own && c.field.Type == entity.Timestamp {
				p.modified = i
			}
		}
		if c.fromText() && own && c.field.Key {
			p.keys = append(p.keys, i)
		}
		p.placeKey = p.placeKey || c.origin == fromPlace && c.field.Key
	}
}

// locate finds where a column's values come from.
func (p *plan) locate(c *column) {
	x := p.extract
	c.person = c.field.Name == personField && !c.attribute
	if c.person && x.PersonKey == nil {
		return
	}
	if at := p.index.match(x.headersFor(c.field.Name)...); len(at) > 0 {
		c.origin, c.source, c.header = fromCell, at[0], p.headers[at[0]]
		if x.isFirstOf(c.field.Name) {
			p.locateFirst(c)
		}
		return
	}
	constant := x.Constants[c.field.Name]
	switch {
	case c.person:
	case constant != "":
		c.origin, c.constant = fromExtract, constant
	case c.attribute:
	case c.field.Name == "currency" && x.Currency != "":
		c.origin, c.constant = fromExtract, x.Currency
	case c.field.Key && !c.field.Required && c.field.Type == entity.Text:
		c.origin = fromPlace
	}
}

// locateFirst finds all columns of the file of which the first cell that says something counts.
func (p *plan) locateFirst(c *column) {
	var names []string
	for _, header := range p.extract.headersFor(c.field.Name) {
		if at := p.index.match(header); len(at) > 0 && !slices.Contains(c.places, at[0]) {
			c.places, names = append(c.places, at[0]), append(names, p.headers[at[0]])
		}
	}
	c.header = strings.Join(names, " / ")
	if len(c.places) == 1 {
		c.places = nil
	}
}

// fromText tells whether the rows of a batch hold the column's values.
func (c *column) fromText() bool {
	return c.origin == fromCell || c.origin == fromHeader || c.origin == fromColumns
}

// isFilled tells whether the file or the extract says what the column holds.
func (c *column) isFilled() bool { return c.fromText() || c.origin == fromExtract }

// sources lists the places in the file that a column of the plan is read from.
func (p *plan) sources(i int) []int {
	switch p.columns[i].origin {
	case fromCell:
		if places := p.columns[i].places; places != nil {
			return places
		}
		return []int{p.columns[i].source}
	case fromColumns:
		var places []int
		for _, cell := range p.spread.cells {
			places = append(places, cell.source)
		}
		return places
	}
	return nil
}

// prepare sets up how the column's cells are read, as far as the extract declares it.
func (c *column) prepare(x *Extract, utc, local *zone) {
	name := c.field.Name
	c.words = wordsOf(x.Values[name])
	switch c.field.Type {
	case entity.Text:
		c.fold = slices.Contains(x.FoldCase, name)
		c.id = strings.HasSuffix(name, "_id") || name == "merged_into" || c.field.Key
		c.longID = x.SalesforceIDs && (strings.HasSuffix(name, "_id") || name == "merged_into")
		c.prefix = x.Prefixes[name]
		c.special = c.id || c.longID || c.person || c.fold || c.prefix != ""
	case entity.Date, entity.Timestamp:
		c.date = &dateFormat{serials: x.ExcelSerials, months: c.field.Month, zone: utc, local: local}
		if o := parseOrder(x.DateOrder); o != noOrder {
			c.date.order, c.date.standing = o, byConfig
		}
	case entity.Integer, entity.Decimal, entity.Rate:
		c.number = &numberFormat{percent: name == "probability" || name == "share"}
		switch c.field.Type {
		case entity.Decimal:
			c.number.scale = 2
		case entity.Rate:
			c.number.scale = 8
		}
		if x.Decimal != "" {
			c.number.comma, c.number.standing = x.Decimal == "comma", byConfig
		}
	}
}

// clone gives columns whose formats may note what they see without disturbing others.
func (p *plan) clone() []column {
	columns := slices.Clone(p.columns)
	for i := range columns {
		if n := columns[i].number; n != nil {
			own := *n
			columns[i].number = &own
		}
	}
	return columns
}

// maps describes the columns for the result.
func (p *plan) maps() []ColumnMap {
	out, x := make([]ColumnMap, len(p.columns)), p.extract
	for i, c := range p.columns {
		out[i] = ColumnMap{
			Field: c.field.Name, Type: c.field.Type, Attribute: c.attribute,
			Header: c.header, Index: c.source, Places: c.places, Constant: c.constant,
			Mapped: c.fromText() || c.origin == fromExtract && x.Constants[c.field.Name] != "",
		}
	}
	return out
}

// unmapped lists the headers that no column takes.
func (p *plan) unmapped() []string {
	var names []string
	for i, name := range p.headers {
		if name != "" && !p.takes(i) {
			names = append(names, name)
		}
	}
	return names
}

// takes tells whether something is read from a column of the file.
func (p *plan) takes(source int) bool {
	return slices.ContainsFunc(p.columns, func(c column) bool { return c.source == source || slices.Contains(c.places, source) }) ||
		slices.ContainsFunc(p.filters, func(f filter) bool { return f.source == source }) ||
		p.spread != nil && slices.ContainsFunc(p.spread.cells, func(c spreadCell) bool { return c.source == source })
}
