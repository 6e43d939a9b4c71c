package propose

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/load"
	"truce/pipeline/source"
)

// Options says what is looked at.
type Options struct {
	Dir string // folder of exports
	Out string // path of the configuration to be; its folder decides how paths are written
	Now time.Time
	Try Trial
}

// Trial loads every file of a configuration to nowhere and tells what became of each. The second
// result says what is wrong with the sources as a whole.
type Trial func(ctx context.Context, c *config.Config) ([]Tried, []string, error)

// Tried tells what became of one file.
type Tried struct {
	Source, Entity, Name string
	File                 source.File
	Encoding             string
	Result               load.Result
	Refused              error            // why the file was refused, nil if it was not
	SetAside             map[int64]bool   // lines of the records in the quarantine
	Unreadable           map[string]int64 // of these, by the field whose cell could not be read
}

// Proposal is a configuration that runs, and what was learnt on the way.
type Proposal struct {
	Text      string   `json:"-"` // of truce.yaml
	Files     []File   `json:"files"`
	Questions []string `json:"questions"` // what was assumed, and why
	Findings  []string `json:"findings"`  // what is odd in the files
	Deals     Deals    `json:"deals"`
	AsOf      string   `json:"as_of,omitempty"` // last day with events, if it is long ago
}

// File tells how one file is read.
type File struct {
	Name        string `json:"name"`
	Entity      string `json:"entity,omitempty"` // "" if the file is not read
	Preset      string `json:"preset,omitempty"`
	Encoding    string `json:"encoding,omitempty"`
	Rows        int64  `json:"rows"`
	Quarantined int64  `json:"quarantined"`
	Reason      string `json:"reason,omitempty"` // why it is not read
}

// Deals counts the rows of the opportunity extracts by outcome.
type Deals struct {
	Won  int64 `json:"won"`
	Lost int64 `json:"lost"`
	Open int64 `json:"open"`
}

// NothingError says that no configuration can be made of a folder.
type NothingError struct {
	Dir   string
	Files []File
}

// Error says what was looked for and what every file was taken for.
func (e *NothingError) Error() string {
	if len(e.Files) == 0 {
		return e.Dir + " holds no files; name the folder with the exports of your CRM"
	}
	lines := []string{e.Dir + " holds no export of deals, and nothing can be counted without one. Looked for a table with a row for each " +
		"deal: a unique id, and a stage, a status or flags that say how it ended."}
	for _, f := range e.Files {
		what := f.Reason
		if f.Entity != "" {
			what = "looks like " + f.Entity
		}
		lines = append(lines, "  "+f.Name+": "+what)
	}
	return strings.Join(lines, "\n")
}

// Look looks at a folder and proposes the configuration that reads it. Errors: *NothingError if there
// are no deals, *source.RefusedError if the folder or a file in it cannot be read.
func Look(ctx context.Context, o Options) (*Proposal, error) {
	words, err := readDictionary()
	if err != nil {
		return nil, err
	}
	k := &knowledge{words: words, seed: maphash.MakeSeed(), fits: func(headers []string) []source.Fit { return source.Recognise(headers) }}
	files, err := filesIn(ctx, o)
	if err != nil {
		return nil, err
	}
	seen := &sight{options: o, know: k}
	for _, file := range files {
		if err := seen.look(ctx, file); err != nil {
			return nil, err
		}
	}
	seen.choose()
	if err := seen.adoptPresets(ctx); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(seen.readings, func(r *reading) bool { return r.entity.Name == "opportunity" }) {
		return nil, &NothingError{Dir: o.Dir, Files: seen.report(nil)}
	}
	seen.join()
	return seen.propose(ctx)
}

// filesIn lists all files of the folder, the members of archives among them.
func filesIn(ctx context.Context, o Options) ([]source.File, error) {
	if _, err := os.Stat(o.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil, &source.RefusedError{Name: o.Dir, Reason: "does not exist", Hint: "name the folder with the exports of your CRM"}
	}
	everything := config.Source{
		Name: "exports", Path: o.Dir, Preset: "generic",
		Extracts: map[string]config.Extract{"opportunity": {Files: config.Strings{"*"}}},
	}
	finder := source.Finder{Settle: time.Millisecond}
	found, err := finder.Find(ctx, everything, source.Preset{Name: "generic", ConfiguredOnly: true}, o.Now)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found.Files, func(f source.File) bool {
		folder, _, _ := strings.Cut(f.Name, "/")
		return folder == "var" || folder == "drop" || isDocument(f.Name)
	}), nil
}

// isDocument tells whether a file is something to read for people or programs, and no export.
func isDocument(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".pdf", ".docx", ".doc", ".png", ".jpg", ".jpeg", ".gif", ".yaml", ".yml", ".html", ".htm", ".pptx", ".py", ".ipynb", ".sql",
		".pbix", ".xml", ".log", ".toml", ".ini", ".go", ".sh", ".r", ".duckdb", ".db", ".sqlite":
		return true
	}
	return false
}

// sight is what is seen of a folder.
type sight struct {
	options  Options
	know     *knowledge
	tables   []*table
	likely   map[*table][]*reading
	readings []*reading // chosen, one for each table and entity
	unread   []File     // files that are no table
	findings []string
	leftOut  map[*table]string // why tables that could be read are not
	listed   listedStages
}

// look looks at one file.
func (s *sight) look(ctx context.Context, file source.File) error {
	t, err := s.know.readTable(ctx, file)
	var refused *source.RefusedError
	switch {
	case errors.As(err, &refused):
		s.unread = append(s.unread, File{Name: file.Name, Reason: strings.TrimPrefix(refused.Error(), refused.Name+" ")})
		return nil
	case errors.Is(err, io.EOF):
		s.unread = append(s.unread, File{Name: file.Name, Reason: "is empty"})
		return nil
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("look at %s: %w", file.Name, err)
	case err != nil:
		s.unread = append(s.unread, File{Name: file.Name, Reason: "is no table: " + err.Error()})
		return nil
	}
	if s.likely == nil {
		s.likely = map[*table][]*reading{}
	}
	s.tables = append(s.tables, t)
	s.likely[t] = s.know.understand(t)
	return nil
}

// choose takes the likeliest reading of each table. Where no table is one of deals, the likeliest that
// can be one is.
func (s *sight) choose() {
	hasDeals := false
	for _, t := range s.tables {
		if list := s.likely[t]; len(list) > 0 {
			s.readings = append(s.readings, list[0])
			hasDeals = hasDeals || list[0].entity.Name == "opportunity"
		}
	}
	if hasDeals {
		s.oneKindOfDeals()
		return
	}
	for i, r := range s.readings {
		for _, other := range s.likely[r.table] {
			if other.entity.Name == "opportunity" && other.decides {
				other.ask("stage", "the file could be "+r.entity.Name+" records too; it is read as deals, because the folder has no other deals.")
				s.readings[i] = other
				return
			}
		}
	}
}

// oneKindOfDeals keeps, of tables of deals that differ in most of their headers, the likeliest one and
// those like it: the others list something else, such as orders.
func (s *sight) oneKindOfDeals() {
	var best *reading
	for _, r := range s.readings {
		if r.entity.Name == "opportunity" && (best == nil || r.preset != "" || best.preset == "" && r.score > best.score) {
			best = r
		}
	}
	s.leftOut = map[*table]string{}
	s.readings = slices.DeleteFunc(s.readings, func(r *reading) bool {
		if r.entity.Name != "opportunity" || r == best || r.preset != "" || best.preset == "" && r.table.resembles(best.table) {
			return false
		}
		if s.isOtherSystem(r, best) {
			r.ask("files", "these deals are read beside those of "+best.table.file.Name+", as those of another system. Remove them if they are the same deals.")
			return false
		}
		s.leftOut[r.table] = "looks like deals too, but " + best.table.file.Name + " looks more like them, and the two differ in most columns"
		return true
	})
}

// isOtherSystem tells whether deals that look different are of a system of their own: in another folder,
// by their name deals, with ids that the others do not have.
func (s *sight) isOtherSystem(r, other *reading) bool {
	a, b := r.columns["opportunity_id"], other.columns["opportunity_id"]
	return path.Dir(r.table.file.Name) != path.Dir(other.table.file.Name) && r.decides && s.know.isNamed(r) &&
		a != nil && b != nil && a.overlap(b) < 0.05
}

// resembles tells whether two tables share half of their headers.
func (t *table) resembles(other *table) bool {
	shared := 0
	for _, c := range t.columns {
		shared += btoi(slices.ContainsFunc(other.columns, func(o *column) bool { return strings.EqualFold(o.header, c.header) }))
	}
	return 2*shared >= min(len(t.columns), len(other.columns))
}

// report tells how every file is read.
func (s *sight) report(tried []Tried) []File {
	files := slices.Clone(s.unread)
	for _, t := range s.tables {
		file := File{Name: t.file.Name, Encoding: string(t.encoding), Rows: int64(t.rows)}
		at := slices.IndexFunc(s.readings, func(r *reading) bool { return r.table == t })
		if at < 0 {
			file.Reason = s.whyNot(t)
			files = append(files, file)
			continue
		}
		file.Entity, file.Preset = s.readings[at].entity.Name, s.readings[at].preset
		if i := slices.IndexFunc(tried, func(one Tried) bool { return one.Name == t.file.Name }); i >= 0 {
			file.Rows, file.Quarantined, file.Encoding = tried[i].Result.Counts.Loaded, tried[i].Result.Counts.Quarantined, tried[i].Encoding
		}
		files = append(files, file)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// whyNot says what keeps a table from being an extract.
func (s *sight) whyNot(t *table) string {
	if why := s.leftOut[t]; why != "" {
		return why
	}
	if t.crooked > t.rows {
		return "most lines have another number of fields than the first one; remove what stands above the header"
	}
	if blank := len(slices.DeleteFunc(t.headers(), func(h string) bool { return h != "" })); 2*blank > len(t.columns) {
		return "its first line is no header, most of it is blank; remove what stands above the header"
	}
	if t.rows == 0 {
		return "has a header and no rows"
	}
	if r := s.know.byPreset(t); r != nil && len(r.missing) > 0 {
		return "looks like " + r.entity.Name + " of the preset " + r.preset + ", but has no column for " + strings.Join(r.missing, " and ")
	}
	best, missing := "", []string(nil)
	score := 0.0
	for _, name := range recognisable() {
		contract, _ := entity.Lookup(name)
		r := s.know.readAs(t, contract)
		isNamed := s.know.isNamed(r)
		if isNamed {
			r.score += 400
		}
		if len(r.missing) > 0 && (len(r.columns) >= 3 || isNamed && len(r.columns) > 0) && r.score > score {
			best, missing, score = name, r.missing, r.score
		}
	}
	if best == "" {
		return "its columns are those of no entity"
	}
	hint := ""
	if slices.Contains(missing, "opportunity_id") {
		hint = ": no column tells the deals apart; export the id of the deal too, or add a column that numbers them"
	}
	return "looks like " + best + " records, but has no column for " + strings.Join(missing, " and ") + hint
}
