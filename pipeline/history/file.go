package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	suffix  = ".json"
	draft   = ".draft-"
	largest = 4 << 20 // bytes of a record; a thousand times the usual
)

// write replaces the record of a run as a whole: a crash leaves the old one or the new one.
func (l *Log) write(run Run) error {
	text, err := json.MarshalIndent(run, "", "  ")
	if err != nil {
		return fmt.Errorf("write the record: %w", err)
	}
	file, err := os.CreateTemp(l.dir, draft)
	if err != nil {
		return fmt.Errorf("write the record: %w", err)
	}
	if err := fill(file, append(text, '\n')); err != nil {
		return errors.Join(fmt.Errorf("write the record: %w", err), os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), l.path(run.ID)); err != nil {
		return errors.Join(fmt.Errorf("write the record: %w", err), os.Remove(file.Name()))
	}
	return syncFolder(l.dir)
}

func fill(file *os.File, text []byte) error {
	_, err := file.Write(text)
	if err == nil {
		err = file.Chmod(0o640)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncFolder makes the new name survive a loss of power, on systems that know how to.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("write the record: %w", err)
	}
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	if err := errors.Join(err, folder.Close()); err != nil {
		return fmt.Errorf("write the record: %w", err)
	}
	return nil
}

// read reads one record. It fails for anything that Log did not write.
func (l *Log) read(name string) (Run, error) {
	file, err := os.Open(filepath.Join(l.dir, name))
	if err != nil {
		return Run{}, err
	}
	text, err := io.ReadAll(io.LimitReader(file, largest+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return Run{}, err
	}
	var run Run
	if len(text) > largest {
		return Run{}, errors.New("it is far too large for a record")
	}
	if err := json.Unmarshal(text, &run); err != nil {
		return Run{}, fmt.Errorf("it is no record or was torn: %w", err)
	}
	switch {
	case run.Format > format:
		return Run{}, fmt.Errorf("a newer version of truce wrote it, in format %d", run.Format)
	case run.Format < 1 || run.ID != strings.TrimSuffix(name, suffix) || run.Trigger == "" ||
		(run.State != Running && !run.State.Final()):
		return Run{}, errors.New("it is no record of a run")
	}
	return run, nil
}
