package propose

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/source"
)

// draft is a configuration with remarks, in the order in which it is written.
type draft struct {
	company, timezone, currency string
	sources                     []*draftSource
	segments                    []config.Segment
	segmentIdeas                []string // lines of comment
	breakdowns                  []string
	won, lost                   []string
	process                     []config.Step
	pipelines                   []config.Pipeline
	leadProcess                 config.LeadProcess
	costs                       config.CostCategories
	quarantine                  *config.QuarantineLimit
	remarks                     []remark
}

// remark is something to say about a setting.
type remark struct {
	about    string // key of the setting, or field
	text     string
	question bool // something was assumed
}

// draftSource is one source.
type draftSource struct {
	name, preset, path string
	outcomeFrom        string
	extracts           []*draftExtract
	remarks            []remark
}

// draftExtract is how the files of one entity are read.
type draftExtract struct {
	entity     *entity.Entity
	readings   []*reading
	files      []string
	mode       string
	columns    map[string]string // header by field
	leftOut    map[string]string // header by field that cannot be read from it
	attributes []attribute
	currency   string
	dateOrder  string
	decimal    string
	encoding   string
	serials    bool
	nulls      []string
	constants  map[string]string
	values     map[string]map[string]string
	spellings  map[string]map[string]string // proposed in a comment
	remarks    []remark
}

// attribute is a further column.
type attribute struct {
	name, header string
	column       *column
}

func (d *draft) ask(about, text string) {
	d.remarks = append(d.remarks, remark{about: about, text: text, question: true})
}

func (x *draftExtract) ask(about, text string) {
	x.remarks = append(x.remarks, remark{about: about, text: text, question: true})
}

// draft makes the first draft of what was seen. It is not tried yet.
func (s *sight) draft() *draft {
	d := &draft{company: companyName(s.options.Dir), timezone: "UTC", currency: "USD"}
	for _, r := range s.readings {
		s.place(d, r)
	}
	for _, src := range d.sources {
		src.sort()
		for _, x := range src.extracts {
			s.patterns(x)
			s.mode(x)
		}
	}
	d.ask("timezone", "UTC is assumed. Dates in reports are days of this zone; write your own, such as Europe/Berlin.")
	return d
}

// companyName makes a title of the folder's name.
func companyName(dir string) string {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		absolute = dir
	}
	name := strings.TrimSuffix(filepath.Base(absolute), filepath.Ext(absolute))
	name = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	switch strings.ToLower(name) {
	case "", string(filepath.Separator), "export", "exports", "data", "csv", "files", "download", "downloads", "crm", "input", "extracts", "dump", "tmp":
		return "My company"
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// place puts a reading into the first source of its preset that reads the entity in the same way, or
// that has no files of it yet.
func (s *sight) place(d *draft, r *reading) {
	preset := r.preset
	if preset == "" {
		preset = "generic"
	}
	for _, src := range d.sources {
		if src.preset != preset || src.has(r) {
			continue
		}
		if x := src.extract(r.entity.Name); x == nil {
			src.extracts = append(src.extracts, s.newExtract(r))
			return
		} else if s.sameWay(x, r) {
			x.readings = append(x.readings, r)
			return
		}
	}
	src := &draftSource{name: d.freeName(r.entity.Name, preset), preset: preset, path: s.relativePath(), extracts: []*draftExtract{s.newExtract(r)}}
	d.sources = append(d.sources, src)
}

// has tells whether the source reads the table already. One file is one extract of a source; a preset
// knows itself which of its files give several entities.
func (src *draftSource) has(r *reading) bool {
	return !r.found && slices.ContainsFunc(src.extracts, func(x *draftExtract) bool {
		return slices.ContainsFunc(x.readings, func(other *reading) bool { return other.table == r.table })
	})
}

// sort puts the extracts in the order of the contracts.
func (src *draftSource) sort() {
	order := map[string]int{}
	for i, contract := range entity.All() {
		order[contract.Name] = i
	}
	slices.SortStableFunc(src.extracts, func(a, b *draftExtract) int { return order[a.entity.Name] - order[b.entity.Name] })
}

func (src *draftSource) extract(name string) *draftExtract {
	i := slices.IndexFunc(src.extracts, func(x *draftExtract) bool { return x.entity.Name == name })
	if i < 0 {
		return nil
	}
	return src.extracts[i]
}

// freeName gives a name for a source that no other has.
func (d *draft) freeName(entityName, preset string) string {
	base := "crm"
	if entityName == "lead_opportunity" {
		base = "links"
	}
	if preset != "generic" {
		base, _, _ = strings.Cut(preset, "-")
		if base == "fivetran" || base == "airbyte" {
			base = preset[len(base)+1:]
		}
	}
	name := base
	for n := 2; slices.ContainsFunc(d.sources, func(src *draftSource) bool { return src.name == name }); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	return name
}

// relativePath gives the folder as seen from that of the configuration, or whole if that leads far
// away.
func (s *sight) relativePath() string {
	dir, err := filepath.Abs(s.options.Dir)
	if err != nil {
		return s.options.Dir
	}
	base, err := filepath.Abs(filepath.Dir(s.options.Out))
	if err != nil {
		return dir
	}
	relative, err := filepath.Rel(base, dir)
	if err != nil || strings.HasPrefix(relative, "../../..") || onlyRoot(base, dir) {
		return dir
	}
	if !strings.HasPrefix(relative, ".") {
		relative = "./" + relative
	}
	return filepath.ToSlash(relative)
}

// onlyRoot tells whether two folders have nothing but the root in common.
func onlyRoot(a, b string) bool {
	first := func(path string) string {
		name, _, _ := strings.Cut(strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(filepath.VolumeName(path))+"/"), "/")
		return name
	}
	return first(a) != first(b)
}

// sameWay tells whether a table has the columns by which the extract is read, and another file's name.
func (s *sight) sameWay(x *draftExtract, r *reading) bool {
	if r.preset != "" {
		return true
	}
	want := s.newExtract(r)
	if len(want.columns) != len(x.columns) || len(want.attributes) != len(x.attributes) {
		return false
	}
	for field, header := range x.columns {
		if !strings.EqualFold(want.columns[field], header) {
			return false
		}
	}
	return true
}

// newExtract writes down a reading.
func (s *sight) newExtract(r *reading) *draftExtract {
	x := &draftExtract{
		entity: r.entity, readings: []*reading{r}, columns: map[string]string{}, constants: maps.Clone(r.constants), leftOut: map[string]string{},
		values: map[string]map[string]string{}, remarks: slices.Clone(r.questions),
	}
	if r.preset != "" {
		for field, c := range r.mended {
			x.columns[field] = c.header
		}
		return x
	}
	for field, c := range r.columns {
		x.columns[field] = c.header
	}
	if len(r.values) > 0 {
		x.values["status"] = r.values
	}
	s.leaveMisfits(x, r)
	x.attributes = s.attributes(r)
	if r.table.mangled > 0 && r.table.accented == 0 {
		x.encoding = string(source.CP1252)
		x.remarks = append(x.remarks, remark{about: "encoding", text: "some letters are no UTF-8"})
	}
	x.describeFormats(r)
	return x
}

// describeFormats sets what the loader cannot find out by itself.
func (x *draftExtract) describeFormats(r *reading) {
	x.flagWords(r)
	x.currencyWords(r)
	nulls := map[string]bool{}
	for _, f := range x.entity.Fields {
		c := r.columns[f.Name]
		if c == nil || f.Type == entity.Text {
			continue
		}
		if f.Type == entity.Date || f.Type == entity.Timestamp {
			x.serials = x.serials || c.serials > c.filled/2
		}
		for word := range c.odd {
			if (isNullWord(word) || isBroken(word)) && word != "-" {
				nulls[word] = true
			}
		}
	}
	for word := range nulls {
		x.nulls = append(x.nulls, word)
	}
	slices.Sort(x.nulls)
	if x.serials {
		x.remarks = append(x.remarks, remark{about: "excel_serials", text: "the dates are numbers as Excel counts days"})
	}
}
