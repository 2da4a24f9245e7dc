# What the program says of itself and others install: netml(1) and the completion of three shells.

function(netml_written name word folder installed_name)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/written/${name})
  add_custom_command(
    OUTPUT ${file}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/written
    COMMAND netml completion ${word} > ${file}
    DEPENDS netml
    VERBATIM)
  add_custom_target(written_${word} ALL DEPENDS ${file})
  install(FILES ${file} DESTINATION ${folder} RENAME ${installed_name})
endfunction()

netml_written(netml.1 man ${CMAKE_INSTALL_MANDIR}/man1 netml.1)
netml_written(netml.bash bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions netml)
netml_written(_netml zsh ${CMAKE_INSTALL_DATADIR}/zsh/site-functions _netml)
netml_written(netml.fish fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d netml.fish)
