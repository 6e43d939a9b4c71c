package landing

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

const (
	folderMode = 0o750
	fileMode   = 0o640
	manifest   = "load.json"
	idTime     = "20060102T150405.000000Z"
)

var idForm = regexp.MustCompile(`^\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}$`)

// Log is the landing in its folder.
type Log struct {
	dir  string
	read sync.Map // Load by id: load.json never changes
}

// Open opens the landing in a folder, which it makes if it is not there, and removes what loads that
// never were committed left behind. The caller holds the lock of the state folder, so that no other
// load is under way.
func Open(dir string) (*Log, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open landing: %w", err)
	}
	l := &Log{dir: dir}
	for _, folder := range []string{l.loads(), l.packs(), l.staging()} {
		if err := os.MkdirAll(folder, folderMode); err != nil {
			return nil, fmt.Errorf("open landing: %w", err)
		}
	}
	if err := errors.Join(flushFolder(filepath.Dir(dir)), flushFolder(dir)); err != nil {
		return nil, fmt.Errorf("open landing: %w", err)
	}
	left, err := os.ReadDir(l.staging())
	if err != nil {
		return nil, fmt.Errorf("open landing: %w", err)
	}
	for _, entry := range left {
		if err := os.RemoveAll(filepath.Join(l.staging(), entry.Name())); err != nil {
			return nil, fmt.Errorf("remove what an interrupted run left: %w", err)
		}
	}
	return l, nil
}

// OpenReadOnly opens the landing in a folder for its loads alone: it changes nothing there and needs
// no lock.
func OpenReadOnly(dir string) (*Log, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open landing: %w", err)
	}
	return &Log{dir: dir}, nil
}

func (l *Log) loads() string   { return filepath.Join(l.dir, "loads") }
func (l *Log) packs() string   { return filepath.Join(l.dir, "packs") }
func (l *Log) staging() string { return filepath.Join(l.dir, "staging") }

func (l *Log) packDir(id string) string { return filepath.Join(l.packs(), id) }

// Dir gives the folder of a committed load.
func (l *Log) Dir(id string) string { return filepath.Join(l.loads(), id) }

// Begin starts a load. Its id sorts by now and is unique, also among loads begun at the same time.
func (l *Log) Begin(now time.Time) (*Staging, error) {
	staging, err := l.stage(now, l.Dir)
	if err != nil {
		return nil, fmt.Errorf("begin load: %w", err)
	}
	return staging, nil
}

// stage makes a folder below staging for what will be committed to the folder that its id has by then.
func (l *Log) stage(now time.Time, committed func(id string) string) (*Staging, error) {
	now = instant(now)
	for {
		var random [4]byte
		if _, err := rand.Read(random[:]); err != nil {
			return nil, err
		}
		id := now.Format(idTime) + "-" + hex.EncodeToString(random[:])
		if _, err := os.Lstat(committed(id)); err == nil {
			continue
		}
		staging := &Staging{log: l, id: id, now: now, dir: filepath.Join(l.staging(), id)}
		err := os.Mkdir(staging.dir, folderMode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return staging, nil
	}
}
