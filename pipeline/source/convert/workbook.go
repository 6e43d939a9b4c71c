package convert

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"
)

// workbook is the parts of an .xlsx file that lead to the rows of a sheet.
type workbook struct {
	parts    map[string]*zip.File // by name in lower case
	main     string               // name of the part that lists the sheets
	sheets   []sheet
	from1904 bool
}

// sheet is a sheet as the workbook lists it.
type sheet struct {
	name   string
	id     string // of the relation that leads to its part
	hidden bool
}

// Workbook starts to read a sheet of an .xlsx file of so many bytes: the one of that name, or the first
// visible one if the name is empty. It reads all texts of the workbook, which are kept apart from the
// cells; rows are read as they are asked for.
func Workbook(in io.ReaderAt, size int64, name string) (*Reader, error) {
	var rows *sheetRows
	err := guard(func() error {
		book, err := openWorkbook(in, size)
		if err != nil {
			return err
		}
		chosen, err := book.choose(name)
		if err != nil {
			return err
		}
		rows, err = book.open(chosen)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Reader{lines: rows}, nil
}

func openWorkbook(in io.ReaderAt, size int64) (*workbook, error) {
	archive, err := zip.NewReader(in, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // nothing is written, so names lead nowhere
		return nil, err
	}
	archive.RegisterDecompressor(zip.Deflate, flate.NewReader)
	w := &workbook{parts: map[string]*zip.File{}}
	for _, file := range archive.File {
		if file.Flags&1 != 0 {
			return nil, protected()
		}
		w.parts[strings.ToLower(path.Clean(strings.ReplaceAll(file.Name, `\`, "/")))] = file
	}
	if w.main, err = w.findMain(); err != nil {
		return nil, err
	}
	return w, w.readSheets()
}

func protected() error {
	return &UnreadableError{Reason: "is protected by a password", Hint: "save it without one"}
}

// findMain gives the name of the part that lists the sheets.
func (w *workbook) findMain() (string, error) {
	main := "xl/workbook.xml"
	err := w.relations("", func(_, kind, target string) {
		if strings.HasSuffix(kind, "/officeDocument") {
			main = target
		}
	})
	switch {
	case err != nil:
		return "", err
	case strings.HasSuffix(main, ".bin"):
		return "", &UnreadableError{Reason: "is a binary workbook", Hint: "save it as .xlsx"}
	case w.parts["content.xml"] != nil:
		return "", &UnreadableError{Reason: "is an OpenDocument file", Hint: "save it as .xlsx or CSV"}
	case w.parts[main] == nil || !strings.HasPrefix(main, "xl/"):
		return "", &UnreadableError{Reason: "is a zip archive, but no workbook", Hint: "name an archive .zip"}
	}
	return main, nil
}

// readSheets reads the list of sheets.
func (w *workbook) readSheets() error {
	err := w.elements(w.main, "sheets", func(e xml.StartElement) error {
		state := strings.ToLower(attribute(e, "state"))
		w.sheets = append(w.sheets, sheet{
			name: attribute(e, "name"), id: relationID(e), hidden: strings.HasSuffix(state, "hidden"),
		})
		return nil
	})
	if err != nil {
		return err
	}
	return w.elements(w.main, "workbook", func(e xml.StartElement) error {
		if e.Name.Local == "workbookPr" {
			w.from1904 = isTrue(attribute(e, "date1904"))
		}
		return nil
	})
}

// relationID gives the id that leads to the part of a sheet; it shares its name with nothing but the
// prefix, which tells it from the number of the sheet.
func relationID(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

func isTrue(word string) bool { return word == "1" || strings.EqualFold(word, "true") }

// choose gives the sheet of that name, or the first visible one.
func (w *workbook) choose(name string) (sheet, error) {
	var names []string
	for _, s := range w.sheets {
		if name == "" && !s.hidden || name != "" && strings.EqualFold(s.name, name) {
			return s, nil
		}
		names = append(names, fmt.Sprintf("%q", s.name))
	}
	if name != "" && len(names) > 0 {
		return sheet{}, &UnreadableError{
			Reason: fmt.Sprintf("has no sheet %q, but %s", name, strings.Join(names, ", ")), Hint: "correct sheet: of the extract",
		}
	}
	if len(names) > 0 {
		return sheet{}, &UnreadableError{
			Reason: "has hidden sheets only: " + strings.Join(names, ", "), Hint: "set sheet: of the extract to the one to read",
		}
	}
	return sheet{}, &UnreadableError{Reason: "has no sheets", Hint: "export it again"}
}

// open starts on a sheet.
func (w *workbook) open(chosen sheet) (*sheetRows, error) {
	rows := &sheetRows{from1904: w.from1904}
	var data, styles, texts string
	err := w.relations(w.main, func(id, kind, target string) {
		switch {
		case id == chosen.id && strings.HasSuffix(kind, "/worksheet"):
			data = target
		case strings.HasSuffix(kind, "/styles"):
			styles = target
		case strings.HasSuffix(kind, "/sharedStrings"):
			texts = target
		}
	})
	if err != nil {
		return nil, err
	}
	if w.parts[data] == nil {
		return nil, &UnreadableError{
			Reason: fmt.Sprintf("has no rows in sheet %q, which may be a chart", chosen.name),
			Hint:   "set sheet: of the extract to the sheet to read",
		}
	}
	if rows.units, err = w.readStyles(styles); err != nil {
		return nil, err
	}
	if rows.texts, err = w.readTexts(texts); err != nil {
		return nil, err
	}
	rows.in, err = openMarkup(w.parts[data])
	return rows, err
}

// relations calls f with each relation of a part: its id, its kind and the part that it leads to.
func (w *workbook) relations(from string, f func(id, kind, target string)) error {
	folder, base := path.Split(from)
	return w.elements(folder+"_rels/"+base+".rels", "Relationships", func(e xml.StartElement) error {
		target := strings.ToLower(strings.ReplaceAll(attribute(e, "Target"), `\`, "/"))
		if rest, isAbsolute := strings.CutPrefix(target, "/"); isAbsolute {
			target = rest
		} else {
			target = folder + target
		}
		f(attribute(e, "Id"), attribute(e, "Type"), path.Clean(target))
		return nil
	})
}

// maxElements is how many sheets, styles or relations a workbook may have. Excel has 64,000 styles.
const maxElements = 1 << 17

// elements calls f with the elements of a part whose parent has the name. A part that is not there has
// none.
func (w *workbook) elements(name, parent string, f func(xml.StartElement) error) error {
	file := w.parts[strings.ToLower(name)]
	if file == nil {
		return nil
	}
	m, err := openMarkup(file)
	if err != nil {
		return err
	}
	count := 0
	err = m.elements(parent, func(e xml.StartElement) error {
		if count++; count > maxElements {
			return &UnreadableError{
				Reason: fmt.Sprintf("has more than %d %s", maxElements, parent), Hint: "save the sheet as CSV UTF-8",
			}
		}
		return f(e)
	})
	return errors.Join(err, m.close())
}

// readStyles tells by the number of a cell's style what its number counts.
func (w *workbook) readStyles(name string) ([]unit, error) {
	custom := map[string]string{}
	err := w.elements(name, "numFmts", func(e xml.StartElement) error {
		custom[attribute(e, "numFmtId")] = attribute(e, "formatCode")
		return nil
	})
	if err != nil {
		return nil, err
	}
	var units []unit
	err = w.elements(name, "cellXfs", func(e xml.StartElement) error {
		id := attribute(e, "numFmtId")
		if code, ok := custom[id]; ok {
			units = append(units, customUnit(code))
			return nil
		}
		units = append(units, builtinUnit(number(id)))
		return nil
	})
	return units, err
}
