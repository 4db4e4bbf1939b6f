package main

import (
	"bufio"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// iterations is Grafana's own number for its PBKDF2 hashes.
const iterations = 10000

func hashPassword(password string) (string, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	key, err := pbkdf2.Key(sha256.New, password, salt, iterations, 32)
	if err != nil {
		return "", err
	}
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("pbkdf2-sha256$%d$%s$%s", iterations, encode(salt), encode(key)), nil
}

func isPassword(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 4 {
		return false
	}
	rounds, err := strconv.Atoi(parts[1])
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[2])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[3])
	if errors.Join(err, saltErr, keyErr) != nil {
		return false
	}
	given, err := pbkdf2.Key(sha256.New, password, salt, rounds, len(key))
	return err == nil && subtle.ConstantTimeCompare(given, key) == 1
}

// resetAdminPassword is `grafana cli admin reset-admin-password <new>`, or with --password-from-stdin.
func resetAdminPassword(s *settings, words []string) error {
	var password string
	switch {
	case len(words) == 1 && strings.TrimLeft(words[0], "-") == "password-from-stdin":
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil && line == "" {
			return errors.New("no password on standard input")
		}
		password = strings.TrimRight(line, "\r\n")
	case len(words) == 1:
		password = words[0]
	default:
		return errors.New("usage: cli admin reset-admin-password <new password> | --password-from-stdin")
	}
	opened, err := openStore(s)
	if err != nil {
		return err
	}
	if err := setAdminPassword(opened, password); err != nil {
		return err
	}
	fmt.Println("Admin password changed successfully ✔")
	return nil
}

func setAdminPassword(s *store, password string) error {
	if len(password) < 4 {
		return errors.New("the new password is too short: at least 4 characters")
	}
	return s.change(func(c *contents) (err error) {
		c.Admin.Password, err = hashPassword(password)
		return err
	})
}
