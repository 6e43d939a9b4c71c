package source

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

// read gives the whole text of a file.
func read(t *testing.T, f File, encoding string) string {
	t.Helper()
	text, err := readAll(f, encoding)
	require.NoError(t, err)
	return text
}

func readAll(f File, encoding string) (string, error) {
	r, _, err := f.Open(encoding)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		_ = r.Close()
		return "", err
	}
	return string(text), r.Close()
}

// one writes a single file and finds it.
func one(t *testing.T, name, content string) File {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, map[string]string{name: content})
	found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"lead": "*"})}, "generic")
	require.NoError(t, err)
	require.Len(t, found.Files, 1)
	return found.Files[0]
}

func TestPackedFilesGiveTheSameText(t *testing.T) {
	t.Parallel()
	text := "id,name\n1,Zoë\n"
	for name, content := range map[string]string{
		"lead.csv":      text,
		"lead.csv.gz":   gzipped(t, text),
		"LEAD.CSV.GZ":   gzipped(t, text),
		"odd.csv":       gzipped(t, text), // gzip by its first bytes
		"two.csv.gz":    gzipped(t, text[:9]) + gzipped(t, text[9:]),
		"lead.zip":      zipped(t, [2]string{"lead.csv", text}),
		"lead-gz.zip":   zipped(t, [2]string{"lead.csv.gz", gzipped(t, text)}),
		"win.zip":       zipped(t, [2]string{`export\lead.csv`, text}),
		"lead-bom.csv":  "\ufeff" + text,
		"bom.csv.gz":    gzipped(t, "\ufeff"+text),
		"utf16.csv.gz":  gzipped(t, "\xff\xfei\x00d\x00,\x00n\x00a\x00m\x00e\x00\n\x001\x00,\x00Z\x00o\x00\xeb\x00\n\x00"),
		"cp1252.csv.gz": gzipped(t, "id,name\n1,Zo\xeb\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			encoding := ""
			if name == "cp1252.csv.gz" {
				encoding = "cp1252" // a single byte does not tell
			}
			require.Equal(t, text, read(t, one(t, name, content), encoding))
		})
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&text, "%d,%x\n", i, i*7919)
	}
	packed := gzipped(t, text.String())
	archive := zipped(t, [2]string{"lead.csv", text.String()})
	flip := func(s string, at int) string { return s[:at] + string(s[at]^0xff) + s[at+1:] }
	for name, c := range map[string]struct{ name, content, says string }{
		"gzip cut in the text":    {"lead.csv.gz", packed[:len(packed)/2], "truncated or damaged"},
		"gzip cut in its footer":  {"lead.csv.gz", packed[:len(packed)-1], "truncated or damaged"},
		"gzip cut before it":      {"lead.csv.gz", packed[:len(packed)-8], "truncated or damaged"},
		"gzip cut in its header":  {"lead.csv.gz", packed[:5], "truncated or damaged"},
		"gzip checksum":           {"lead.csv.gz", flip(packed, len(packed)-8), "truncated or damaged"},
		"gzip length":             {"lead.csv.gz", flip(packed, len(packed)-4), "truncated or damaged"},
		"gzip with rubbish after": {"lead.csv.gz", packed + "rubbish", "truncated or damaged"},
		"second gzip cut":         {"lead.csv.gz", packed + packed[:len(packed)/2], "truncated or damaged"},
		"no gzip":                 {"lead.csv.gz", "id\n1\n", "is not gzip, although its name says so"},
		"empty gzip":              {"lead.csv.gz", "", "is not gzip"},
		"archive with damage":     {"lead.zip", flip(archive, 2000), "lead.zip!lead.csv is truncated or damaged"},
		"workbook":                {"lead.csv", archive, "is a zip archive, but no workbook; name an archive .zip"},
		"parquet":                 {"lead.csv", "PAR1xxxxPAR1", "truncated or damaged"},
		"utf-32":                  {"lead.csv", "\xff\xfe\x00\x00i\x00\x00\x00", "UTF-32"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := one(t, c.name, c.content)
			_, err := readAll(f, "")
			requireRefused(t, err, c.says)
		})
	}
}

func TestRatioGuard(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	text := strings.Repeat("\n", 4*limit)
	for name, pack := range map[string]func(string) string{
		"lead.csv.gz": func(text string) string { return gzipped(t, text) },
		"lead.zip":    func(text string) string { return zipped(t, [2]string{"lead.csv", text}) },
		"lead-gz.zip": func(text string) string { return zipped(t, [2]string{"lead.csv.gz", stored(t, text)}) },
	} {
		unpack := func(content string) (int64, error) {
			s, err := one(t, name, content).stream()
			require.NoError(t, err)
			defer s.Close() //nolint:errcheck // it was only read
			require.EqualValues(t, 64<<20, s.dense)
			s.dense = limit
			require.NoError(t, s.unpack())
			return io.Copy(io.Discard, s)
		}
		n, err := unpack(pack(text))
		requireRefused(t, err, "over 200 times as large")
		require.LessOrEqual(t, n, int64(limit+bufferSize))
		_, err = unpack(pack(text[:limit]))
		require.NoError(t, err, "small files may be as dense as they like")
	}
}

// stored is gzip that does not compress, so that a layer around it does.
func stored(t *testing.T, text string) string {
	t.Helper()
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.NoCompression)
	require.NoError(t, err)
	_, err = io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return packed.String()
}

func TestChangedWhileRead(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(path string) error{
		"longer": func(path string) error { return appendTo(path, "2\n") },
		"touched": func(path string) error {
			return os.Chtimes(path, time.Now(), time.Now())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for file, content := range map[string]string{
				"lead.csv": "id\n1\n", "lead.zip": zipped(t, [2]string{"lead.csv", "id\n1\n"}), "lead.csv.gz": gzipped(t, "id\n1\n"),
			} {
				if strings.HasSuffix(file, ".zip") && name == "longer" {
					continue // an archive with rubbish behind it cannot be opened at all
				}
				f := one(t, file, content)
				require.NoError(t, change(f.Path))
				_, err := readAll(f, "")
				requireRefused(t, err, "")
				_, err = f.ContentHash()
				requireRefused(t, err, "changed while it was read")
			}
		})
	}
}

func appendTo(path, text string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := file.WriteString(text); err != nil {
		return err
	}
	return file.Close()
}

func TestContentHash(t *testing.T) {
	t.Parallel()
	hash := func(f File) string {
		sum, err := f.ContentHash()
		require.NoError(t, err)
		require.Regexp(t, "^xxh3:[0-9a-f]{32}$", sum)
		return sum
	}
	plain := hash(one(t, "lead.csv", "id\n1\n"))
	require.Equal(t, plain, hash(one(t, "other.csv", "id\n1\n")), "the name is no part of it")
	require.Equal(t, plain, hash(one(t, "lead.zip", zipped(t, [2]string{"lead.csv", "id\n1\n"}))), "a member by its text")
	require.NotEqual(t, plain, hash(one(t, "lead.csv", "id\n2\n")))
	require.NotEqual(t, plain, hash(one(t, "lead.csv.gz", gzipped(t, "id\n1\n"))), "other files by their bytes")
	require.Equal(t, "xxh3:99aa06d3014798d86001c324468d497f", hash(one(t, "lead.csv", "")), "XXH3-128 of nothing, seed 0")
	_, err := one(t, "lead.csv.gz", gzipped(t, "x")).ContentHash()
	require.NoError(t, err)
}

func TestOpenUnknownEncoding(t *testing.T) {
	t.Parallel()
	_, _, err := one(t, "lead.csv", "x").Open("klingon")
	require.ErrorContains(t, err, `unknown encoding "klingon"`)
}

func TestFileWithoutFinding(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lead.csv")
	require.NoError(t, os.WriteFile(path, []byte("id\n"), 0o600))
	require.Equal(t, "id\n", read(t, File{Path: path, Name: "lead.csv"}, ""))
	_, err := readAll(File{Path: path + "x", Name: "lead.csvx"}, "")
	requireRefused(t, err, "lead.csvx is not there any more")
}

// The text does not depend on how the bytes arrive.
func TestTextIsTheSameInAnyPortions(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		raw := make([]byte, random.IntN(200))
		for i := range raw {
			raw[i] = "a,\n\"\x00\x81\xc3\xa9\xff\xfe\xd8\xdc"[random.IntN(12)]
		}
		for _, encoding := range []Encoding{"", UTF8, UTF16LE, UTF16BE, CP1252, Latin1} {
			whole, err := decoded(bytes.NewReader(raw), encoding, 1<<16)
			if err != nil {
				continue // declared otherwise than its mark, or UTF-32
			}
			pieces, err := decoded(iotest.OneByteReader(bytes.NewReader(raw)), encoding, 7)
			require.NoError(t, err)
			require.Equal(t, whole, pieces, "%q as %q", raw, encoding)
		}
	}
}

// newText starts to read a text.
func newText(name string, src io.Reader, declared Encoding, closeSource func() error) (*Text, error) {
	head, err := readFull(src, sampleSize)
	if err != nil {
		return nil, err
	}
	if _, err := binaryFormat(name, head); err != nil {
		return nil, err
	}
	return startText(name, head, src, declared, closeSource)
}

func decoded(r io.Reader, encoding Encoding, portion int) (string, error) {
	text, err := newText("x", r, encoding, func() error { return nil })
	if err != nil {
		return "", err
	}
	var all bytes.Buffer
	_, err = io.CopyBuffer(&all, struct{ io.Reader }{text}, make([]byte, portion))
	return all.String(), err
}
