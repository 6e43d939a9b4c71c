package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// chunk is how much is read between two looks at whether the caller still waits.
const chunk = 8 << 20

// maxText bounds the pointer and the manifest, which are read as a whole.
const maxText = 256 << 20

// openRegular opens a file and refuses links, folders and devices. It looks at what it opened and
// not at the name, because the pointer may be replaced between the two.
func openRegular(path string, flag int) (*os.File, error) {
	file, err := os.OpenFile(path, flag|openFlags, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%w: %s is a link; links are not followed", ErrBroken, path)
	} else if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: %s is not a regular file but %s", ErrBroken, path, info.Mode().Type())
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// readText reads a small file as a whole.
func readText(path string) ([]byte, error) {
	file, err := openRegular(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxText))
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return text, nil
}

// writeText creates a file and brings it to the disk. It never replaces one.
func writeText(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = restrict(file, fileMode)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncFile brings a file that someone else wrote to the disk and gives it the mode of published
// files. It is opened for writing because not every share syncs a file opened for reading.
func syncFile(path string) error {
	file, err := openRegular(path, os.O_RDWR)
	if err != nil {
		return err
	}
	err = restrict(file, fileMode)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		dropCache(file)
	}
	return errors.Join(err, file.Close())
}

// makeFolder creates a folder with the mode of published folders, whatever the umask.
func makeFolder(path string) error {
	if err := os.Mkdir(path, folderMode); err != nil {
		return err
	}
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(restrict(folder, folderMode), folder.Close())
}

// restrict sets the mode. A share without Unix rights refuses that; its own rights hold then.
func restrict(file *os.File, mode fs.FileMode) error {
	info, err := file.Stat()
	if err != nil || info.Mode().Perm() == mode {
		return err
	}
	err = file.Chmod(mode)
	if errors.Is(err, syscall.EPERM) || unsupported(err) {
		return nil
	}
	return err
}

// syncFolder brings the names in a folder to the disk. It gives false where the share cannot.
func syncFolder(path string) (bool, error) {
	if runtime.GOOS == "windows" {
		return false, nil
	}
	folder, err := os.Open(path)
	if err != nil {
		return false, err
	}
	err = folder.Sync()
	if unsupported(err) {
		return false, folder.Close()
	}
	if err := errors.Join(err, folder.Close()); err != nil {
		return false, err
	}
	return true, nil
}

func unsupported(err error) bool {
	return errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOSYS)
}

// hashFile reads a file through and gives its size and SHA-256. It reads what the share holds, not
// what is left in memory of writing it.
func hashFile(ctx context.Context, path string) (size int64, hash string, err error) {
	return copyFile(ctx, path, io.Discard)
}

// copyFile writes a file to where it is wanted, and gives its size and SHA-256 as hashFile does.
func copyFile(ctx context.Context, path string, to io.Writer) (size int64, hash string, err error) {
	file, err := openRegular(path, os.O_RDONLY)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	dropCache(file)
	sum := sha256.New()
	for err == nil {
		var n int64
		if err = ctx.Err(); err == nil {
			n, err = io.CopyN(io.MultiWriter(sum, to), file, chunk)
			size += n
		}
	}
	if !errors.Is(err, io.EOF) {
		return 0, "", err
	}
	return size, hex.EncodeToString(sum.Sum(nil)), nil
}

func hashText(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// missing holds when a file or folder does not exist, and not when looking failed.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
