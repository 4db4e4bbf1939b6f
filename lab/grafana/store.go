package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// store keeps the contents in one file, written as a whole and swapped in, so that it is never half of either. A lock
// beside it lets the command line change the password while the server runs.
type store struct {
	file  string
	mu    sync.Mutex
	known *contents
	seen  os.FileInfo
}

// openStore finds the contents, or begins with none but the administrator of the settings. As in Grafana, the password
// of the settings counts only at this first start.
func openStore(s *settings) (*store, error) {
	opened := &store{file: s.storeFile()}
	if err := os.MkdirAll(s.dataPath(), 0o750); err != nil {
		return nil, fmt.Errorf("cannot keep anything: %w. Make [paths] data writable for this user", err)
	}
	return opened, opened.change(func(c *contents) error {
		if c.Admin.Password != "" {
			return errUnchanged
		}
		c.Admin = user{Login: s.get("security", "admin_user", "admin"), Email: s.get("security", "admin_email", "admin@localhost")}
		var err error
		c.Admin.Password, err = hashPassword(s.get("security", "admin_password", "admin"))
		return err
	})
}

// errUnchanged ends a change that found nothing to do.
var errUnchanged = errors.New("unchanged")

// view lets `look` read the contents; it must not change them, nor keep them.
func (s *store) view(look func(*contents) error) error {
	return s.locked(syscall.LOCK_SH, func() error { return look(s.known) })
}

// change lets `edit` change the contents and writes them; an error leaves everything as it was.
func (s *store) change(edit func(*contents) error) error {
	return s.locked(syscall.LOCK_EX, func() error {
		err := edit(s.known)
		if err == nil {
			err = s.write()
		}
		if err != nil {
			s.known, s.seen = nil, nil // whatever `edit` did in memory is forgotten: the file counts
		}
		if errors.Is(err, errUnchanged) {
			return nil
		}
		return err
	})
}

func (s *store) locked(how int, work func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	lock, err := os.OpenFile(s.file+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("cannot lock the store: %w. Make [paths] data writable for this user", err)
	}
	defer lock.Close() // which also gives the lock back
	if err := syscall.Flock(int(lock.Fd()), how); err != nil {
		return fmt.Errorf("cannot lock the store: %w", err)
	}
	if err := s.refresh(); err != nil {
		return err
	}
	return work()
}

// refresh reads the file if it is another one than last time.
func (s *store) refresh() error {
	found, err := os.Stat(s.file)
	if errors.Is(err, os.ErrNotExist) {
		s.known, s.seen = empty(&contents{}), nil
		return nil
	}
	if err != nil {
		return err
	}
	if s.seen != nil && os.SameFile(s.seen, found) && s.seen.ModTime().Equal(found.ModTime()) {
		return nil
	}
	content, err := os.ReadFile(s.file)
	if err != nil {
		return err
	}
	read := &contents{}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber() // a dashboard comes back with the numbers as they were written
	if err := decoder.Decode(read); err != nil {
		return fmt.Errorf("%s is damaged: %w. Restore it, or move it away to begin anew", s.file, err)
	}
	s.known, s.seen = empty(read), found
	return nil
}

func (s *store) write() error {
	content, err := json.Marshal(s.known)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(s.file), ".grafana-stand-in-*") // its mode is 0600: it holds secrets
	if err != nil {
		return fmt.Errorf("cannot write the store: %w", err)
	}
	defer os.Remove(temporary.Name()) // does nothing once it has been renamed
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Sync()
	}
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temporary.Name(), s.file)
	}
	if err == nil {
		s.seen, err = os.Stat(s.file)
	}
	if err != nil {
		return fmt.Errorf("cannot write the store: %w", err)
	}
	return nil
}
